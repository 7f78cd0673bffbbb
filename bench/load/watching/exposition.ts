/** What is read of a process's metrics: one moment. */
export interface ProcessSample {
  /** `api`, `worker`, `scheduler`. */
  readonly role: string;
  readonly memoryBytes: number;
  readonly processorSeconds: number;
}

const metricOf = (text: string, name: string): { value: number; labels: string } | undefined => {
  const line = new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)`, 'm').exec(text);
  const value = Number(line?.[2]);
  return line && Number.isFinite(value) ? { value, labels: line[1] ?? '' } : undefined;
};

/** Reads what every process tells, from the text format of Prometheus; undefined when it is not there. */
export const readExposition = (text: string): ProcessSample | undefined => {
  const memory = metricOf(text, 'process_resident_memory_bytes');
  const processor = metricOf(text, 'process_cpu_seconds_total');
  if (!memory || !processor) return undefined;
  const role = /role="([^"]*)"/.exec(memory.labels)?.[1] ?? 'process';
  return { role, memoryBytes: memory.value, processorSeconds: processor.value };
};
