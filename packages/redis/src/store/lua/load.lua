-- KEYS[3]: the state, or the alias, which leads to its consumer even without a state.
local consumer = request.consumer or redis.call('GET', KEYS[3]) or nil
local version, state, sealed, counters = 0, nil, {}, {}
if consumer then version, state = loadState(consumer) end
if state and request.sealed then
  local fields = redis.call('HGETALL', keyOf('c', consumer))
  for index = 1, #fields, 2 do
    local name = string.match(fields[index], '^x:(.*)')
    if name then sealed[name] = fields[index + 1] end
  end
end
for _, name in ipairs(request.counters) do
  counters[name] = tonumber(redis.call('GET', keyOf('n', name))) or 0
end
if request.consumer and not state then consumer = nil end
return answer({ consumer = consumer, version = version, state = state, sealed = sealed, counters = counters })
