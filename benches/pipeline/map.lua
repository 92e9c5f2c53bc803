-- The mapping of dns_logs, as one would write it for Fluent Bit's Lua filter. Lua's numbers are
-- doubles: nanoseconds since 1970 are exact to a quarter of a microsecond, and so the time is
-- taken in milliseconds, which is what the benchmark's records have.

local TYPES = {
    [1] = "A", [2] = "NS", [5] = "CNAME", [6] = "SOA", [12] = "PTR", [15] = "MX", [16] = "TXT",
    [28] = "AAAA", [33] = "SRV", [64] = "SVCB", [65] = "HTTPS", [255] = "*", [257] = "CAA",
}
local CODES = {
    [0] = "NoError", [1] = "FormErr", [2] = "ServFail", [3] = "NXDomain", [4] = "NotImp",
    [5] = "Refused",
}
local TAKEN = {
    QueryName = true, QueryType = true, ResponseCode = true, SourceIP = true, Timestamp = true,
}

-- A log has many records a second, and os.date is slow.
local last_second, last_text

local function text_of(milliseconds)
    local second = math.floor(milliseconds / 1000)
    if second ~= last_second then
        last_second, last_text = second, os.date("!%Y-%m-%dT%H:%M:%S", second)
    end
    return string.format("%s.%03d000Z", last_text, milliseconds % 1000)
end

local function is_v4(text)
    local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    return a and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256
end

local function is_v6(text)
    return text:find(":", 1, true) and not text:find("[^%x:.]")
end

function map(tag, timestamp, record)
    local name = record.QueryName
    if not name or name == "" then
        return 0, timestamp, record
    end
    local milliseconds = math.floor(record.Timestamp / 1e6 + 0.5)
    local ip = record.SourceIP
    local cloudflare = {}
    for key, value in pairs(record) do
        if not TAKEN[key] and value ~= "" then
            cloudflare[key] = value
        end
    end
    local ecs = {
        ["@timestamp"] = text_of(milliseconds),
        dns = {
            question = { name = (name:gsub("^%.+", ""):gsub("%.+$", "")), type = TYPES[record.QueryType] },
            response_code = CODES[record.ResponseCode],
        },
        event = { kind = "event", category = { "network" }, type = { "info" }, dataset = "dns_logs" },
        cloudflare = cloudflare,
    }
    if is_v4(ip) or is_v6(ip) then
        ecs.source = { ip = ip }
    else
        cloudflare.SourceIP = ip
    end
    return 1, milliseconds / 1000, ecs
end
