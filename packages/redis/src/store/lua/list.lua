-- ZSCAN returns each member that is present throughout at least once.
local page = redis.call('ZSCAN', DUE, request.cursor, 'COUNT', 100)
local states = {}
for index = 1, #page[2], 2 do
  local consumer = page[2][index]
  local version, state = loadState(consumer)
  if state then states[#states + 1] = { consumer = consumer, version = version, state = state } end
end
return answer({ states = states, cursor = page[1] ~= '0' and page[1] or nil })
