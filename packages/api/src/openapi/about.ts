/** What the reference says before its first operation; CommonMark. */
export const about = `Submit a job, get \`202 Accepted\` with its address at once, and follow it there while a worker does it.

**Keys.** Send \`Authorization: Bearer <key>\`. A key belongs to a tenant, which sees its own jobs only, and has roles; \`admin\` includes all others.

**Errors** are problem documents (RFC 9457) of the media type \`application/problem+json\`. Their \`type\` is \`/problems/<code>\`: it never changes, and is the address of a page that says what to do. A path that no operation has is \`404\` \`not-found\`; a method that a path does not take is \`405\` \`method-not-allowed\`, with \`Allow\`.

**Repeating.** A submission with an \`Idempotency-Key\` can be sent again after any error: it makes one job. Answers with \`Retry-After\` say when.

**Values.** Durations are strings such as \`"30s"\`, \`"5m"\` or \`"24h"\`, or whole milliseconds. Instants are RFC 3339. Unknown fields are refused. Whole numbers beyond 2^53 are refused, not rounded: send them as strings. Bodies are JSON in UTF-8, of 1 MiB at most, at most 64 levels deep, and not compressed; answers are compressed with zstd, Brotli or gzip for who takes them.

**Caching.** \`GET\` answers carry an \`ETag\`; \`If-None-Match\` makes them \`304\`.`;
