#!/bin/sh
# Makes a Logpush job that sends DNS records to your Fluent Bit, by Cloudflare's API.
#
#   export CLOUDFLARE_API_TOKEN=…      # a token that may edit Logs of the zone or account
#   export LOGPUSH_SECRET=…            # the one in recipe.env
#   create-job.sh --zone ID --to https://logs.example.com:8443 --dry-run
#
# Options:
#   --zone ID | --account ID   where the dataset lives: dns_logs in a zone, the other two in an account
#   --to URL                   your receiver, without a path: the path becomes the tag, and this script makes it
#   --header NAME:VALUE        send a header too, such as 'Authorization:Bearer …' (may come again)
#   --no-path-secret           keep the secret out of the path: for receivers that check a header
#   --dataset NAME             dns_logs (default), dns_firewall_logs, gateway_dns
#   --fields A,B,…             instead of those that this script asks for; QueryName has to be among them
#   --new-fields               let --fields name some that this script does not know yet
#   --timestamps FORMAT        unixnano (default: the quickest to read), unix, rfc3339, rfc3339ms, rfc3339ns
#   --name NAME                of the job (default: the dataset's)
#   --legacy                   logpull_options, as older jobs have them, instead of output_options
#   --dry-run                  print the request, without the token and the secrets, and send nothing
#
# It needs curl 7.55 or newer. The token and the secrets are passed by file, never as an argument,
# where every user of this machine could read them.
set -eu

api=${CLOUDFLARE_API:-https://api.cloudflare.com/client/v4}
dataset=dns_logs fields= timestamps=unixnano name= to= scope= headers= legacy= dry_run= new_fields= path_secret=yes

fail() {
    echo "$0: $*" >&2
    exit 2
}

# Percent-encodes all but unreserved characters.
encode() {
    printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '\n' | while IFS= read -r byte || [ -n "$byte" ]; do
        case $byte in
        '') ;;
        2d | 2e | 5f | 7e | 3[0-9] | 4[1-9a-f] | 5[0-9a] | 6[1-9a-f] | 7[0-9a]) printf "\\$(printf '%03o' "0x$byte")" ;;
        *) printf '%%%s' "$byte" | tr a-f A-F ;;
        esac
    done
}

while [ $# -gt 0 ]; do
    case $1 in
    --legacy) legacy=yes ;;
    --dry-run) dry_run=yes ;;
    --new-fields) new_fields=yes ;;
    --no-path-secret) path_secret= ;;
    --help | -h)
        sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    --zone | --account | --to | --header | --dataset | --fields | --timestamps | --name)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case $1 in
        --zone | --account)
            [ -z "$scope" ] || fail "one --zone or one --account: a job lives in one of them"
            scope=${1#--}s/$2
            ;;
        --to) to=${2%/} ;;
        --header)
            case $2 in ?*:?*) ;; *) fail "--header NAME:VALUE" ;; esac
            value=${2#*:}
            headers="$headers&header_$(encode "${2%%:*}")=$(encode "${value# }")"
            ;;
        --dataset) dataset=$2 ;;
        --fields) fields=$2 ;;
        --timestamps) timestamps=$2 ;;
        --name) name=$2 ;;
        esac
        shift
        ;;
    *) fail "unknown option: $1 (--help lists them)" ;;
    esac
    shift
done

# The fields of each dataset; and of gateway_dns, which has many, those that are asked for unless
# --fields names others: what the filter turns into ECS, and what tells why a query was let through or
# blocked.
dns=ColoCode,EDNSSubnet,EDNSSubnetLength,QueryName,QueryType,ResponseCached,ResponseCode,SourceIP,Timestamp
firewall=ClientResponseCode,ClusterID,ColoCode,EDNSSubnet,EDNSSubnetLength,QueryDO,QueryName,QueryRD,QuerySize
firewall=$firewall,QueryTCP,QueryType,ResponseCached,ResponseCachedStale,ResponseReason,SourceIP,Timestamp
firewall=$firewall,UpstreamIP,UpstreamResponseCode,UpstreamResponseTimeMs
asked=AccountID,ColoCode,Datetime,DeviceID,DeviceName,DstIP,DstPort,Email,Location,MatchedCategoryIDs
asked=$asked,MatchedCategoryNames,PolicyID,PolicyName,Protocol,QueryCategoryIDs,QueryCategoryNames,QueryName
asked=$asked,QueryType,QueryTypeName,RCode,ResolvedIPs,ResolverDecision,ResourceRecordsJSON,SrcIP,SrcPort,UserID
gateway=$asked,ApplicationID,ApplicationName,AppliedMaxTTL,AuthoritativeNameServerIPs,CNAMECategoryIDs
gateway=$gateway,CNAMECategoryNames,CNAMEs,CNAMEsReversed,ColoID,CustomResolveDurationMs,CustomResolverAddress
gateway=$gateway,CustomResolverPolicyID,CustomResolverPolicyName,CustomResolverResponse,DoHSubdomain
gateway=$gateway,DoTSubdomain,EDEErrors,InitialCategoryIDs,InitialCategoryNames,InitialResolvedIPs
gateway=$gateway,InternalDNSDurationMs,InternalDNSFallbackStrategy,InternalDNSRCode,InternalDNSViewID
gateway=$gateway,InternalDNSZoneID,IsResponseCached,LocationID,MatchedIndicatorFeedIDs,MatchedIndicatorFeedNames
gateway=$gateway,Policy,QueryApplicationIDs,QueryApplicationNames,QueryID,QueryIndicatorFeedIDs
gateway=$gateway,QueryIndicatorFeedNames,QueryNameReversed,QuerySize,RData,RedirectTargetURI,RegistrationID
gateway=$gateway,RequestContextCategoryIDs,RequestContextCategoryNames,ResolvedIPCategoryIDs
gateway=$gateway,ResolvedIPCategoryNames,ResolvedIPContinentCodes,ResolvedIPCountryCodes,ResolverPolicyID
gateway=$gateway,ResolverPolicyName,ResourceRecords,ResponseTimeMs,SrcIPContinentCode,SrcIPCountryCode,TenantID
gateway=$gateway,TimeZone,TimeZoneInferredMethod,UpstreamRecordTTLs
# Words that other logs have too: with QueryName and some of these alone, the filter maps nothing.
general=AccountID,ApplicationID,ApplicationName,DeviceID,DeviceName,Email,Location,LocationID,Policy,PolicyID
general=$general,PolicyName,Protocol,QueryID,QueryName,QuerySize,RegistrationID,TenantID,TimeZone,UserID

case $dataset in
dns_logs) known=$dns asked=$dns ;;
dns_firewall_logs) known=$firewall asked=$firewall ;;
gateway_dns) known=$gateway ;;
*) fail "--dataset: dns_logs, dns_firewall_logs or gateway_dns" ;;
esac
case $timestamps in
unixnano | unix | rfc3339) ;;
rfc3339ms | rfc3339ns) [ -z "$legacy" ] || fail "--timestamps $timestamps: logpull_options (--legacy) do not have it" ;;
*) fail "--timestamps: unixnano, unix, rfc3339, rfc3339ms or rfc3339ns" ;;
esac
[ -n "$scope" ] || fail "--zone ID or --account ID"
case $scope in
zones/*) [ "$dataset" = dns_logs ] || fail "$dataset belongs to an account: --account ID" ;;
*) [ "$dataset" != dns_logs ] || fail "dns_logs belongs to a zone: --zone ID" ;;
esac
case ${scope#*/} in "" | *[!0-9A-Za-z]*) fail "an ID has letters and digits" ;; esac
case $to in https://?*) ;; *) fail "--to https://…: Logpush sends over TLS only" ;; esac
case $to in *[!-0-9A-Za-z._~:/%]*) fail "--to: a URL without parameters (--header adds headers)" ;; esac
case ${to#https://} in
*/*) fail "--to: no path: it would become part of the tag, and no match would fit (${to#https://})" ;;
esac
case $name in *[!0-9A-Za-z,._\ -]*) fail "--name: letters, digits, and no quotes" ;; esac

fields=${fields:-$asked}
case $fields in *[!0-9A-Za-z,_-]*) fail "--fields: names with a comma between, no spaces, no quotes" ;; esac
case ,$fields, in *,,*) fail "--fields: an empty name in $fields" ;; esac
case ,$fields, in *,QueryName,*) ;; *) fail "--fields: without QueryName the filter maps nothing" ;; esac
# How many of the fields are in a list.
count() {
    n=0
    for field in $(echo "$fields" | tr , ' '); do
        case ,$1, in *,"$field",*) n=$((n + 1)) ;; esac
    done
    echo "$n"
}

for field in $(echo "$fields" | tr , ' '); do
    case ,$known, in
    *,"$field",*) ;;
    *) [ -n "$new_fields" ] || fail "--fields: $dataset has no $field (--new-fields: it has by now)" ;;
    esac
done
# The filter takes the dataset that has the most of a record's fields, and of two the first.
told=dns_logs most=$(count "$dns")
[ "$(count "$firewall")" -le "$most" ] || told=dns_firewall_logs most=$(count "$firewall")
[ "$(count "$gateway")" -le "$most" ] || told=gateway_dns
[ "$(count "$general")" -lt "$(count "$dns,$firewall,$gateway")" ] || told=none
[ "$told" = "$dataset" ] || echo "$0: note: by these fields the filter tells $told:" \
    "ask for more, or set \`dataset $dataset\` in the filter" >&2
[ -n "$dry_run" ] || [ -n "${CLOUDFLARE_API_TOKEN:-}" ] || fail "CLOUDFLARE_API_TOKEN is not set"

path=cloudflare.$dataset
if [ -n "$path_secret" ]; then
    [ -n "${LOGPUSH_SECRET:-}" ] || fail "LOGPUSH_SECRET is not set (or --no-path-secret)"
    [ "$LOGPUSH_SECRET" != change_me ] || fail "LOGPUSH_SECRET is still recipe.env's change_me: openssl rand -hex 32"
    # in_http turns anything else into _, and the secret would no longer be the one in recipe.env.
    case $LOGPUSH_SECRET in *[!0-9A-Za-z_]*) fail "LOGPUSH_SECRET: letters, digits and _ only" ;; esac
    path=cloudflare.$LOGPUSH_SECRET.$dataset
fi

# in_http answers 400 to anything that does not say that it is JSON.
destination="$to/$path?header_Content-Type=application%2Fjson$headers"
if [ -n "$legacy" ]; then
    options="\"logpull_options\": \"fields=$fields&timestamps=$timestamps\""
else
    quoted=$(printf '"%s"' "$fields" | sed 's/,/", "/g')
    options="\"output_options\": {
    \"field_names\": [$quoted],
    \"timestamp_format\": \"$timestamps\"
  }"
fi
body="{
  \"name\": \"${name:-$dataset}\",
  \"dataset\": \"$dataset\",
  \"enabled\": true,
  \"max_upload_bytes\": 5000000,
  \"destination_conf\": \"$destination\",
  $options
}"

if [ -n "$dry_run" ]; then
    shown=$body
    [ -z "$path_secret" ] || shown=$(printf '%s' "$shown" | sed "s/cloudflare\.$LOGPUSH_SECRET\./cloudflare.<LOGPUSH_SECRET>./")
    # Content-Type is no secret; the value of any other header may be one.
    [ -z "$headers" ] || shown=$(printf '%s' "$shown" | sed 's/\(&header_[^=]*\)=[^&"]*/\1=<hidden>/g')
    printf 'POST %s/%s/logpush/jobs\nAuthorization: Bearer <CLOUDFLARE_API_TOKEN>\nContent-Type: application/json\n\n%s\n' \
        "$api" "$scope" "$shown"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s' "$body" >"$work/body"
printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$CLOUDFLARE_API_TOKEN" >"$work/headers"
status=$(curl --silent --show-error --output "$work/answer" --write-out '%{http_code}' \
    --header "@$work/headers" --data-binary "@$work/body" "$api/$scope/logpush/jobs")
cat "$work/answer"
echo
case $status in 2*) ;; *)
    echo "$0: the API answered $status" >&2
    exit 1
    ;;
esac
