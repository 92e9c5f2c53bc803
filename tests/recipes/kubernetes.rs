//! `examples/kubernetes/`: what one object says of another is true, and Fluent Bit reads the
//! configuration inside. Kubernetes' own schemas are checked by `make kubernetes`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

use crate::delivery::without_ids;
use crate::hosts::each_since;
use crate::http::{Post, free_port};
use crate::https::HTTP2_OFF;
use crate::index_template::Server;
use crate::model::variables;
use crate::plugin::plugin;
use crate::receiver::{Receiver, bulk};
use crate::recipe::{Recipe, examples};
use crate::run::Site;

/// YAML as JSON, which is easier to walk.
fn value(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Array(items) => items.iter().map(value).collect(),
        Yaml::Hash(members) => {
            let member = |(key, member): (&Yaml, &Yaml)| {
                (key.as_str().expect("a text key").to_owned(), value(member))
            };
            members.iter().map(member).collect::<serde_json::Map<_, _>>().into()
        }
        Yaml::String(text) | Yaml::Real(text) => text.as_str().into(),
        Yaml::Integer(number) => (*number).into(),
        Yaml::Boolean(value) => (*value).into(),
        Yaml::Null => Value::Null,
        Yaml::Alias(_) | Yaml::BadValue => panic!("{yaml:?}"),
    }
}

/// The objects by their kind, one of each.
pub(crate) fn objects() -> BTreeMap<String, Value> {
    let text = fs::read_to_string(examples().join("kubernetes/fluent-bit.yaml")).expect("a file");
    let documents = YamlLoader::load_from_str(&text).expect("YAML");
    let values: Vec<_> = documents.iter().map(value).collect();
    let kind = |object: &Value| object["kind"].as_str().expect("a kind").to_owned();
    let objects: BTreeMap<_, _> =
        values.iter().map(|object| (kind(object), object.clone())).collect();
    assert_eq!(objects.len(), values.len(), "one object of each kind");
    objects
}

fn texts<'a>(list: &'a Value, key: &str) -> BTreeSet<&'a str> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default().iter();
    items.filter_map(|item| item[key].as_str()).collect()
}

#[test]
fn the_objects_find_each_other() {
    let objects = objects();
    let kinds: Vec<_> = objects.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        ["ConfigMap", "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service",]
    );
    let deployment = &objects["Deployment"];
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert!(labels.as_object().is_some_and(|labels| !labels.is_empty()));
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(&objects["Service"]["spec"]["selector"], labels);
    assert_eq!(&objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"], labels);
    let target = &objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"];
    for key in ["apiVersion", "kind"] {
        assert_eq!(target[key], deployment[key]);
    }
    assert_eq!(target["name"], deployment["metadata"]["name"]);
    // A replica count would fight with the autoscaler at each apply.
    assert_eq!(deployment["spec"].get("replicas"), None);
    let least = objects["HorizontalPodAutoscaler"]["spec"]["minReplicas"].as_u64();
    assert!(least > objects["PodDisruptionBudget"]["spec"]["minAvailable"].as_u64(), "nodes drain");
}

#[test]
fn the_pod_has_what_its_containers_use() {
    let objects = objects();
    let pod = &objects["Deployment"]["spec"]["template"]["spec"];
    let volumes = texts(&pod["volumes"], "name");
    let (init, main) = (&pod["initContainers"][0], &pod["containers"][0]);
    for container in [init, main] {
        let mounts = texts(&container["volumeMounts"], "name");
        assert!(mounts.is_subset(&volumes), "{mounts:?}");
        assert!(container["resources"]["limits"]["memory"].is_string());
        assert!(container["resources"]["requests"]["cpu"].is_string());
    }
    let config = &objects["ConfigMap"];
    let by_name = |name: &str| {
        let volumes = pod["volumes"].as_array().expect("volumes").iter();
        volumes.clone().find(|volume| volume["name"] == name).expect("a volume")
    };
    assert_eq!(by_name("config")["configMap"]["name"], config["metadata"]["name"]);

    // The init container's copy is the file that Fluent Bit loads, and the image has it.
    let [program, from, to] = [0, 1, 2].map(|i| init["command"][i].as_str().expect("a word"));
    let loaded = main["command"][2].as_str().expect("a path");
    assert_eq!((program, format!("{to}{}", &from[1..])), ("cp", loaded.to_owned()));
    let dockerfile = fs::read_to_string(examples().join("kubernetes/Dockerfile")).expect("a file");
    assert!(dockerfile.contains(&format!("\nCOPY {} /\n", &from[1..])));
    let image = init["image"].as_str().expect("an image");
    for file in ["Dockerfile", "README.md"] {
        let text = fs::read_to_string(examples().join("kubernetes").join(file)).expect("a file");
        assert!(text.contains(image), "{file}");
    }
    assert!(image.ends_with(concat!(":", env!("CARGO_PKG_VERSION"))), "{image}");

    // The variables of the configuration are those of the container.
    let text = config["data"]["fluent-bit.yaml"].as_str().expect("a configuration");
    let used: BTreeSet<_> = variables(text).into_iter().collect();
    let set = texts(&main["env"], "name").into_iter().map(str::to_owned).collect();
    assert_eq!(used, set);
}

#[test]
fn the_ports_are_those_that_fluent_bit_listens_on() {
    let objects = objects();
    let main = &objects["Deployment"]["spec"]["template"]["spec"]["containers"][0];
    let ports: BTreeMap<_, _> = main["ports"]
        .as_array()
        .expect("ports")
        .iter()
        .map(|port| (port["name"].as_str().expect("a name"), port["containerPort"].as_i64()))
        .collect();
    let text = objects["ConfigMap"]["data"]["fluent-bit.yaml"].as_str().expect("a configuration");
    let config = value(&YamlLoader::load_from_str(text).expect("YAML")[0]);
    assert_eq!(ports["logpush"], config["pipeline"]["inputs"][0]["port"].as_i64());
    assert_eq!(ports["metrics"], config["service"]["http_port"].as_i64());
    for probe in ["startupProbe", "livenessProbe"] {
        assert_eq!(main[probe]["httpGet"]["port"], "metrics");
    }
    assert_eq!(main["readinessProbe"]["tcpSocket"]["port"], "logpush");
    assert_eq!(objects["Service"]["spec"]["ports"][0]["targetPort"], "logpush");
    let pod = &objects["Deployment"]["spec"]["template"]["spec"];
    let pause = &main["lifecycle"]["preStop"]["sleep"]["seconds"];
    let needed =
        pause.as_u64().expect("seconds") + config["service"]["grace"].as_u64().expect("seconds");
    assert!(pod["terminationGracePeriodSeconds"].as_u64() > Some(needed));
}

/// The very configuration of the ConfigMap, from a request to what Elasticsearch gets; only the
/// pod's own paths and ports are replaced, and TLS, which the recipe `https` tests.
#[test]
fn the_configuration_of_the_pods_delivers() {
    let elasticsearch = Recipe { name: "elasticsearch" };
    each_since(HTTP2_OFF, |host| {
        let receiver = Receiver::index(Server::Elasticsearch, bulk);
        let site = Site::new(host);
        let [port, metrics] = [free_port(), free_port()];
        let objects = objects();
        let text = objects["ConfigMap"]["data"]["fluent-bit.yaml"].as_str().expect("a text");
        let mut text = text.to_owned();
        for (from, to) in [
            ("port: 8443", format!("port: {port}")),
            ("http_port: 2020", format!("http_port: {metrics}")),
            ("storage.path: /buffers", "storage.path: buffers".to_owned()),
            ("tls: on", "tls: off".to_owned()),
        ] {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text = text.replace(from, &to);
        }
        site.write("fluent-bit.yaml", text);
        let mut command = site.command(["-c", "fluent-bit.yaml", "-e"]);
        command.arg(plugin()).envs([
            ("ES_HOST", "127.0.0.1"),
            ("ES_PORT", &receiver.port.to_string()),
            ("ES_TLS", "off"),
            ("ES_USER", "someone"),
            ("ES_PASSWORD", "secret"),
            ("LOGPUSH_SECRET", "0a1b2c3d"),
        ]);
        let mut run = site.spawn(command);
        let input = elasticsearch.input();
        let path = "/cloudflare.0a1b2c3d.dns_logs";
        run.post(port, &Post { path, gzip: true, body: input.as_bytes() });
        let expected = elasticsearch.expected();
        run.until("documents", |_| {
            (receiver.text().lines().count() >= expected.len()).then_some(())
        });
        run.stop();
        assert_eq!(
            without_ids(&receiver.text()),
            without_ids(&elasticsearch.text("expected.ndjson"))
        );
    });
}
