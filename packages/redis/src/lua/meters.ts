/** What was taken from each quota in its present window; of each meter only the latest window is kept. */
export const meters = `
local windows = {}

-- Meters of the same key, unit and length are counted together; the length is told in seconds.
local function fieldOf(meter)
  return string.sub(meter.unit, 1, 2) .. string.format('%.17g', meter.windowMs / 1000) .. ' ' .. meter.key
end

local function isOfSeconds(field) return string.sub(field, 1, 2) == 'se' end

-- nil for what is none.
local function parseWindow(field, text)
  local number, used = string.match(text or '', '^(%S+) (%S+)$')
  local seconds = tonumber(string.match(field, '^%a%a(%S+) '))
  number, used = tonumber(number), tonumber(used)
  if not (seconds and isNumber(number) and isNumber(used)) then return nil end
  return { field = field, number = number, used = used, endsAt = (number + 1) * seconds * 1000 }
end

local function loadWindow(field)
  if windows[field] == nil then windows[field] = parseWindow(field, redis.call('HGET', METERS, field)) or false end
  return windows[field] or nil
end

local function windowOf(meter)
  local field = fieldOf(meter)
  local window = loadWindow(field)
  local number = math.floor(now / meter.windowMs)
  -- A clock that was put back opens no old window again.
  if window and window.number >= number then return window end
  return { field = field, number = number, used = 0, endsAt = (number + 1) * meter.windowMs }
end

local function reading(meter)
  local window = windowOf(meter)
  return { name = meter.name, left = math.max(0, meter.max - window.used), resetMs = window.endsAt - now }
end

local function readings()
  local all = {}
  for index, meter in ipairs(request.meters) do all[index] = reading(meter) end
  return list(all)
end

-- Field and window that were charged.
local function charge(meter, amount)
  local window = windowOf(meter)
  window.used = window.used + amount
  window.touched = true
  windows[window.field] = window
  return window.field, window.number
end

local function giveBack(field, number, amount)
  local window = loadWindow(field)
  if window == nil or window.number ~= number or amount <= 0 then return end
  window.used = math.max(0, window.used - amount)
  window.touched = true
end

beforeWriting[#beforeWriting + 1] = function()
  for field, window in pairs(windows) do
    if window and window.touched and window.used == 0 then
      write('HDEL', METERS, field)
    elseif window and window.touched then
      write('HSET', METERS, field, string.format('%.0f %.17g', window.number, window.used))
    end
  end
end
`;
