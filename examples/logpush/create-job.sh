#!/bin/sh
# Makes a Logpush job that sends DNS records to your Fluent Bit, by Cloudflare's API.
#
#   export CLOUDFLARE_API_TOKEN=…      # a token that may edit Logs of the zone or account
#   export LOGPUSH_SECRET=…            # the one in recipe.env
#   create-job.sh --zone ID --to https://logs.example.com:8443 --dry-run
#
# Options:
#   --zone ID | --account ID   where the dataset lives: dns_logs in a zone, the other two in an account
#   --to URL                   your receiver, without path; the secret is put into the path
#   --header NAME:VALUE        send a header too, such as 'Authorization:Bearer …' (may come again)
#   --no-path-secret           keep the secret out of the path: for receivers that check a header
#   --dataset NAME             dns_logs (default), dns_firewall_logs, gateway_dns
#   --fields A,B,…             instead of all the fields that this script knows
#   --timestamps FORMAT        unixnano (default: the quickest to read), rfc3339, unix
#   --name NAME                of the job (default: the dataset's)
#   --legacy                   logpull_options, as older jobs have them, instead of output_options
#   --dry-run                  print the request, without the token and the secrets, and send nothing
#
# It needs curl 7.55 or newer. The token and the secrets are passed by file, never as an argument,
# where every user of this machine could read them.
set -eu

api=${CLOUDFLARE_API:-https://api.cloudflare.com/client/v4}
dataset=dns_logs fields= timestamps=unixnano name= to= scope= headers= legacy= dry_run= path_secret=yes

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
    --no-path-secret) path_secret= ;;
    --help | -h)
        sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    --zone | --account | --to | --header | --dataset | --fields | --timestamps | --name)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case $1 in
        --zone) scope=zones/$2 ;;
        --account) scope=accounts/$2 ;;
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

case $dataset in
dns_logs)
    all=ColoCode,EDNSSubnet,EDNSSubnetLength,QueryName,QueryType,ResponseCached,ResponseCode,SourceIP,Timestamp
    ;;
dns_firewall_logs)
    all=ClientResponseCode,ClusterID,ColoCode,EDNSSubnet,EDNSSubnetLength,QueryDO,QueryName,QueryRD,QuerySize
    all=$all,QueryTCP,QueryType,ResponseCached,ResponseCachedStale,ResponseReason,SourceIP,Timestamp,UpstreamIP
    all=$all,UpstreamResponseCode,UpstreamResponseTimeMs
    ;;
gateway_dns)
    # What the filter turns into ECS, and what tells why a query was let through or blocked.
    all=AccountID,ColoCode,Datetime,DeviceID,DeviceName,DstIP,DstPort,Email,Location,MatchedCategoryIDs
    all=$all,MatchedCategoryNames,PolicyID,PolicyName,Protocol,QueryCategoryIDs,QueryCategoryNames,QueryName
    all=$all,QueryType,QueryTypeName,RCode,ResolvedIPs,ResolverDecision,ResourceRecordsJSON,SrcIP,SrcPort,UserID
    ;;
*) fail "--dataset: dns_logs, dns_firewall_logs or gateway_dns" ;;
esac
case $timestamps in unixnano | rfc3339 | unix) ;; *) fail "--timestamps: unixnano, rfc3339 or unix" ;; esac
[ -n "$scope" ] || fail "--zone ID or --account ID"
case $scope in
zones/*) [ "$dataset" = dns_logs ] || fail "$dataset belongs to an account: --account ID" ;;
*) [ "$dataset" != dns_logs ] || fail "dns_logs belongs to a zone: --zone ID" ;;
esac
case ${scope#*/} in "" | *[!0-9A-Za-z]*) fail "an ID has letters and digits" ;; esac
case $to in https://?*) ;; *) fail "--to https://…: Logpush sends over TLS only" ;; esac
case $to in *[!-0-9A-Za-z._~:/%]*) fail "--to: a URL without parameters (--header adds headers)" ;; esac
fields=${fields:-$all}
case $fields$name in *[!0-9A-Za-z,._\ -]*) fail "--fields and --name: letters, digits, and no quotes" ;; esac
[ -n "$dry_run" ] || [ -n "${CLOUDFLARE_API_TOKEN:-}" ] || fail "CLOUDFLARE_API_TOKEN is not set"

path=cloudflare.$dataset
if [ -n "$path_secret" ]; then
    [ -n "${LOGPUSH_SECRET:-}" ] || fail "LOGPUSH_SECRET is not set (or --no-path-secret)"
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
