-- KEYS[3]: the lease, whose value is its owner.
local owner = redis.call('GET', KEYS[3])
local granted = not owner or owner == request.owner
if granted and (owner or request.ms > 0) then
  beginWrite()
  redis.call('DEL', KEYS[3])
  if request.ms > 0 then redis.call('SET', KEYS[3], request.owner, 'PX', whole(request.ms)) end
end
return answer({ granted = granted })
