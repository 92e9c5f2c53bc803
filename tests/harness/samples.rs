//! Records for the hosts to send.

/// The four published samples, and what they map to, to the letter.
pub(crate) const SEEDS: &str = include_str!("../data/seed-samples.ndjson");
pub(crate) const SEEDS_MAPPED: &str = include_str!("../data/seed-expected.ndjson");

/// Records that are not ours: none may lose a byte. `$raw` is MessagePack that JSON cannot say.
pub(crate) const FOREIGN: &str = r#"{"content":"tests"}
{}
[]
7
"text"
null
{"log":"GET / 200","stream":"stdout","log":"twice"}
{"QueryName":"","QueryType":1,"ResponseCode":0}
{"QueryName":null,"ColoCode":"MAD"}
{"QueryName":"no-dataset.example"}
{"QueryType":1,"ResponseCode":0,"Timestamp":1657233726004000000}
{"long":{"$raw":"dd0000000201df00000001db0000000161c6000000020001"},"nan":{"$raw":"cb7ff8000000000000"}}
{"wide":{"$raw":"d3ffffffffffffffff"},"bad":{"$raw":"a2c328"},"ext":{"$raw":"c7020501ff"}}
{"$raw":"df00000001a951756572794e616d65c0"}
{"$raw":"83c0c001c2c4024142a56f74686572"}
"#;

/// Records that were mapped before: none may lose a byte, whatever the settings.
pub(crate) const MAPPED_BEFORE: &str = r#"{"QueryName":"ecs.example","ColoCode":"MAD","event":{"dataset":"dns_logs"}}
{"event":{"dataset":"gateway_dns"},"QueryName":"ecs.example","RCode":0}
{"event":{"dataset":"dns_firewall_logs"}}
"#;

/// One record of each dataset with most of its fields, some bad values, and others in between.
pub(crate) const VARIED: &str = r#"{"ColoCode":"MAD","EDNSSubnet":"192.0.2.0","EDNSSubnetLength":24,"QueryName":"www.example.co.uk.","QueryType":28,"ResponseCached":false,"ResponseCode":3,"SourceIP":"2001:db8::1","Timestamp":"2024-02-29T12:34:56.789012345Z","extra":{"deep":[1,{"a":null}]}}
{"ClientResponseCode":0,"ClusterID":"c1","ColoCode":"LHR","EDNSSubnet":"","EDNSSubnetLength":0,"QueryDO":true,"QueryName":".","QueryRD":true,"QuerySize":40,"QueryTCP":true,"QueryType":255,"ResponseCached":true,"ResponseCachedStale":false,"ResponseReason":"success","SourceIP":"198.51.100.7","Timestamp":1709210096789,"UpstreamIP":"203.0.113.9","UpstreamResponseCode":2,"UpstreamResponseTimeMs":12}
{"content":"tests"}
{"Datetime":"2024-02-29T12:34:56Z","QueryName":"mail.example.com","QueryType":15,"QueryTypeName":"MX","RCode":0,"ResolvedIPs":["192.0.2.1","2001:db8::2"],"ResourceRecordsJSON":"[{\"name\":\"mail.example.com.\",\"type\":\"A\",\"class\":\"IN\",\"ttl\":300,\"rdata\":\"192.0.2.1\"}]","SrcIP":"10.0.0.1","SrcPort":53124,"DstIP":"10.0.0.53","DstPort":53,"Protocol":"udp","DeviceID":"d-1","DeviceName":"laptop","UserID":"u-1","Email":"a@example.com","PolicyID":"","MatchedCategoryIDs":[1,2],"ColoID":17}
{"QueryName":"bad.example.","QueryType":"abc","ResponseCode":70000,"SourceIP":"192.0.2.300","Timestamp":"yesterday","dns":"clash"}
{"QueryName":"dup.example.","QueryType":1,"QueryType":16,"Timestamp":1,"x":1,"x":2}
"#;
