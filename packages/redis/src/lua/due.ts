/** The step `due`: what time has brought, and everything that is forgotten in time. */
export const due = `
-- Of what is only forgotten, per call: a script must not hold Redis up.
local MOST_FORGOTTEN = 500

-- What ends a running one by now: whichever came first.
local function overdue(entry)
  local first, reason = math.huge, nil
  local causes = {
    { entry.leaveAt or math.huge, 'left' },
    { entry.keepUntil or math.huge, 'keepalive-missed' },
    { overAt(entry), 'time-over' },
  }
  for _, cause in ipairs(causes) do
    if cause[1] <= now and cause[1] < first then first, reason = cause[1], cause[2] end
  end
  return reason
end

-- What time has brought to one; somebody has to see to it.
local function bring(entry)
  if entry.state == 'reserved' then doubt(entry, entry.terms[2]) end
  if entry.state == 'unknown' and now >= givenUpAt(entry) then
    endEntry(entry, 'given-up')
    return
  end
  local reason = entry.state == 'running' and overdue(entry)
  if reason then move(entry, 'stopping', reason) end
  handOut(entry)
end

-- Leases that have run out, consumers that were long away, old tombstones, and announced ends.
local EXPIRES = { l = LEASES, c = CONSUMERS, t = TOMBSTONES }

local function expire()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', EXPIRY, '-inf', now, 'LIMIT', 0, MOST_FORGOTTEN)) do
    local kind, name = string.sub(member, 1, 1), string.sub(member, 2)
    if EXPIRES[kind] then write('HDEL', EXPIRES[kind], name) end
    -- Forgotten by being looked at.
    if kind == 'e' then find(name) end
    write('ZREM', EXPIRY, member)
  end
end

-- Meters whose window is over: looked for among a few at random, and among more while many of them are. A sorted set of
-- their ends would take more memory than the meters do.
local SAMPLE, MOST_SAMPLES = 20, 50

local function forgetMeters()
  local found = {}
  for _ = 1, MOST_SAMPLES do
    local sample, over = redis.call('HRANDFIELD', METERS, SAMPLE, 'WITHVALUES'), 0
    for index = 1, #sample, 2 do
      local field = sample[index]
      local window = parseWindow(field, sample[index + 1])
      if not found[field] and (window == nil or window.endsAt <= now) then
        over = over + 1
        found[field] = true
        write('HDEL', METERS, field)
      end
    end
    if over <= SAMPLE / 4 then return end
  end
end

local function isGone(reservation)
  return loaded[reservation] == false or redis.call('HEXISTS', RECORDS, reservation) == 0
end

-- After damage: one page of what may still name a record that is gone.
local function clean()
  local phase, cursor = string.match(cleaning, '^(%d) (%d+)$')
  local key = ({ ['1'] = CONVERSATIONS, ['2'] = TOKENS, ['3'] = CONSUMERS })[phase]
  if key == nil then return write('HDEL', META, 'cleaning') end
  local page = redis.call('HSCAN', key, cursor, 'COUNT', 100)
  for index = 1, #page[2], 2 do
    local name, value = page[2][index], page[2][index + 1]
    -- Drops what it misses by itself.
    if key == CONSUMERS then liveOf(name)
    elseif isGone(value) then write('HDEL', key, name) end
  end
  local nextPhase = page[1] == '0' and tonumber(phase) + 1 or phase
  write('HSET', META, 'cleaning', nextPhase .. ' ' .. page[1])
end

local function step()
  expire()
  forgetMeters()
  local handed = {}
  local waiting = redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, request.limit)
  for _, reservation in ipairs(waiting) do
    local entry = find(reservation)
    if entry then bring(entry) handed[#handed + 1] = entry
    elseif loaded[reservation] == nil then drop(reservation) end
  end
  if cleaning then clean() end

  local damaged, told = redis.call('SRANDMEMBER', DAMAGED, 100), {}
  for _, reservation in ipairs(damaged) do told[reservation] = true end
  for _, reservation in ipairs(dropped) do
    if not told[reservation] then damaged[#damaged + 1] = reservation end
    told[reservation] = true
  end
  -- After the writes of what was dropped just now.
  beforeWriting[#beforeWriting + 1] = function()
    for _, reservation in ipairs(damaged) do write('SREM', DAMAGED, reservation) end
  end
  writeAll()
  return {
    records = showAll(handed), damaged = list(damaged), joinSeen = joinSeen, recovering = recovering,
    pending = redis.call('EXISTS', DUE, DAMAGED) > 0 or redis.call('HEXISTS', META, 'cleaning') == 1,
  }
end
`;
