/** A function for scripts: whether one id of a stream's entry comes after another. */
export const isAfter = `
    local function isAfter(one, other)
      local ms, seq = string.match(one, '^(%d+)-(%d+)$')
      local otherMs, otherSeq = string.match(other, '^(%d+)-(%d+)$')
      ms, otherMs = tonumber(ms), tonumber(otherMs)
      return ms > otherMs or (ms == otherMs and tonumber(seq) > tonumber(otherSeq))
    end
`;
