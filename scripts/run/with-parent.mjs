// Preloaded into every task. The end of the channel to run.mjs means that run.mjs is gone, even when it
// was killed outright: for the task that is what a closed terminal is, a SIGHUP.
process.once('disconnect', () => process.kill(process.pid, 'SIGHUP'));
// Listening must not keep a task alive that has nothing left to do.
process.channel?.unref();
