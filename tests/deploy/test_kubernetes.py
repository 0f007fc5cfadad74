"""The Kubernetes manifests: valid for real schemas, without rights, and complete."""

import base64
import json
import re
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shared.console import probes
from shared.runtime.process.supervisor import GRACE_SECONDS
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.service import installed_services
from tests.deploy.manifests import faults, render
from tests.deploy.programs import ROOT, SERVICES, accepts

KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
METRICS_PORT = 9464


@pytest.fixture(scope="module")
def directory(secrets: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A copy of the manifests with the secrets of `deploy/secrets.sh`."""
    copy = tmp_path_factory.mktemp("copy") / "kubernetes"
    shutil.copytree(KUBERNETES, copy, ignore=shutil.ignore_patterns("secrets"))
    component = copy / "components" / "secrets"
    (component / "secrets").mkdir(parents=True)
    shutil.copy(KUBERNETES / "components" / "secrets" / "kustomization.yaml", component)
    for name, value in secrets.items():
        (component / "secrets" / name).write_text(value)
    return copy


@pytest.fixture(scope="module")
def rendered(directory: Any) -> Any:
    """The objects of each overlay."""
    return {name: render(directory / "overlays" / name) for name in OVERLAYS}


@pytest.fixture(scope="module")
def full(rendered: Any) -> Any:
    """The objects of the overlay with everything, by kind and name."""
    return {(found["kind"], found["metadata"]["name"]): found for found in rendered["monitored"]}


def of_kind(full: Any, *kinds: Any) -> Any:
    return [found for (kind, _), found in full.items() if kind in kinds]


def pods(full: Any) -> Any:
    """The pods of Deployments and Jobs, each with its template."""
    found = of_kind(full, "Deployment", "Job")
    return {one["metadata"]["name"]: one["spec"]["template"] for one in found}


def mounted(template: Any, full: Any) -> Any:
    """The files that a pod sees in its directory of secrets."""
    [volume] = [one for one in template["spec"]["volumes"] if one["name"] == "secrets"]
    sources = [{"secret": {"name": volume["secret"]["secretName"]}}] if "secret" in volume else []
    files = {}
    for source in sources or volume["projected"]["sources"]:
        data = full["Secret", source["secret"]["name"]]["data"]
        items = source["secret"].get("items") or [{"key": key, "path": key} for key in data]
        for item in items:
            files[item["path"]] = base64.b64decode(data[item["key"]]).decode()
    return files


def test_the_files_have_no_fault() -> None:
    accepts("yamllint", "--strict", KUBERNETES)


def test_every_object_of_every_overlay_is_valid(rendered: Any) -> None:
    assert OVERLAYS == ["full", "keda", "monitored", "servers"]
    different = {}
    for objects in rendered.values():
        assert len(objects) > 20
        for found in objects:
            different[json.dumps(found, sort_keys=True)] = found
    wrong = {}
    for found in different.values():
        if reasons := faults(found):
            wrong[found["kind"], found["metadata"]["name"]] = reasons
    assert wrong == {}


def test_the_overlay_of_the_page_sets_image_and_settings(directory: Any) -> None:
    page = (ROOT / "docs" / "howto" / "kubernetes.md").read_text()
    [block] = re.findall(r"^   ```yaml\n(.*?)^   ```$", page, re.MULTILINE | re.DOTALL)
    overlay = directory / "overlays" / "shop"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text(
        textwrap.dedent(block).replace("smtp.example.com", "mail.shop.test")
    )
    objects = render(overlay)
    assert {*images(objects)} == {"registry.example.com/aftercart:0.1.0"}
    [settings] = [found["data"] for found in objects if found["kind"] == "ConfigMap"]
    assert settings["AFTERCART_NOTIFY_SMTP_HOST"] == "mail.shop.test"
    assert settings["AFTERCART_RETRY_DELAYS"]  # of the base
    assert settings["AFTERCART_CONSOLE_HTTPS"] == "true"  # of the Ingress
    assert [fault for found in objects for fault in faults(found)] == []
    [ingress] = [found["spec"] for found in objects if found["kind"] == "Ingress"]
    [service] = [found for found in objects if named(found) == ("Service", "console")]
    [rule] = ingress["rules"]
    assert ingress["tls"][0]["hosts"] == [rule["host"]] == ["desk.shop.example"]
    assert rule["http"]["paths"][0]["backend"] == {
        "service": {
            "name": service["metadata"]["name"],
            "port": {"name": service["spec"]["ports"][0]["name"]},
        }
    }


def named(found: Any) -> tuple[str, str]:
    return found["kind"], found["metadata"]["name"]


def images(objects: Any) -> Iterator[Any]:
    """The images of our pods."""
    for found in objects:
        if found["kind"] in ("Deployment", "Job"):
            for container in found["spec"]["template"]["spec"]["containers"]:
                yield container["image"]


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", ["spec", "replica"], 2),
        ("Deployment", ["spec", "template", "spec", "terminationGracePeriodSeconds"], "75s"),
        ("ScaledObject", ["spec", "minReplicas"], 1),
        ("TriggerAuthentication", ["spec", "secretTargetRef", 0, "key"], 1),
        ("RabbitmqCluster", ["spec", "replicas"], "three"),
        ("RabbitmqCluster", ["spec", "rabbitmq", "config"], ""),
        ("Cluster", ["spec", "managed", "roles", 0, "superUser"], True),
        ("Database", ["spec", "databaseReclaimPolicy"], "keep"),
        ("PodMonitor", ["spec", "podMetricsEndpoints", 0, "ports"], "metrics"),
        ("PrometheusRule", ["spec", "groups", 0, "rules", 0, "for"], "two minutes"),
    ],
)
def test_a_fault_is_seen(full: Any, kind: str, path: Any, value: bool | int | str) -> None:
    """The negative controls of the test above."""
    found = yaml.safe_load(yaml.safe_dump(of_kind(full, kind)[0]))
    *way, last = path
    place = found
    for part in way:
        place = place[part]
    place[last] = value
    assert faults(found)


def test_no_pod_has_rights(full: Any) -> None:
    assert {*SERVICES, "console", "topology", "migrate"} == {*pods(full)}
    for template in pods(full).values():
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["image"].rpartition(":")[2] not in ("", "latest", container["image"])
        resources = container["resources"]
        assert {*resources["requests"]} == {"cpu", "memory"}
        assert "memory" in resources["limits"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_worker_is_probed_and_has_time_to_stop(full: Any, name: Any) -> None:
    deployment = full["Deployment", name]["spec"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    pod = deployment["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == GRACE_SECONDS + 15 == 75
    [container] = pod["containers"]
    assert container["args"][:2] == ["worker", name]
    assert container["ports"] == [{"name": "metrics", "containerPort": METRICS_PORT}]
    paths = {
        probe: container[probe]["httpGet"]["path"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert paths == {
        "startupProbe": "/-/healthy",
        "livenessProbe": "/-/healthy",
        "readinessProbe": "/-/ready",
    }
    budget = full["PodDisruptionBudget", name]["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == deployment["selector"]


def test_the_console_is_one_pod_that_serves_without_rabbitmq(full: Any) -> None:
    """Two pods could not write the file of users. A pod that is not ready gets no requests, so that
    people would lose what they typed.
    """
    deployment = full["Deployment", "console"]["spec"]
    assert (deployment["replicas"], deployment["strategy"]["type"]) == (1, "Recreate")
    pod = deployment["template"]["spec"]
    [container] = pod["containers"]
    assert container["args"] == ["console"]
    [port] = container["ports"]
    served = {route.path for route in probes.ROUTES}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/-/healthy", "port": port["name"]}
        assert "/-/healthy" in served
    service = full["Service", "console"]["spec"]
    assert service["selector"] == deployment["selector"]["matchLabels"]
    assert service["ports"][0]["targetPort"] == port["name"]
    [claim] = [one for one in pod["volumes"] if "persistentVolumeClaim" in one]
    name = claim["persistentVolumeClaim"]["claimName"]
    assert full["PersistentVolumeClaim", name]["spec"]["accessModes"] == ["ReadWriteOnce"]
    [place] = [one["mountPath"] for one in container["volumeMounts"] if one["name"] == "users"]
    image = (ROOT / "deploy" / "container" / "Containerfile").read_text()
    assert f"AFTERCART_CONSOLE_USERS_FILE={place}/" in image
    files = mounted(pods(full)["console"], full)
    assert {*files} == {
        f"aftercart_console_{name}" for name in ("broker_url", "management_url", "secret")
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_worker_gets_the_settings_it_needs_and_no_secret_of_another(
    full: Any, name: Any, load_settings: Any
) -> None:
    template = pods(full)[name]
    [container] = template["spec"]["containers"]
    [source] = container["envFrom"]
    settings = full["ConfigMap", source["configMapRef"]["name"]]["data"]
    files = mounted(template, full)
    assert [file for file in files if not file.startswith(f"aftercart_{name}_")] == []
    loaded = load_settings(name, files, settings)
    assert loaded.broker_url.get_secret_value().endswith("@rabbitmq:5672")


def test_the_jobs_get_every_login_and_every_database(full: Any) -> None:
    topology, migrate = mounted(pods(full)["topology"], full), mounted(pods(full)["migrate"], full)
    brokers = {f"aftercart_{name}_broker_url" for name in (*SERVICES, "console")}
    assert {*topology} == brokers | {"aftercart_broker_url", "aftercart_management_url"}
    assert {*migrate} == {f"aftercart_{name}_database_url" for name in SERVICES}


def test_scalers_watch_queues_that_exist_and_leave_one_worker(full: Any) -> None:
    queues = {
        queue["name"] for queue in definitions(installed_services().values(), [1], {})["queues"]
    }
    scaled, watched = {}, set()
    for found in of_kind(full, "ScaledObject"):
        spec = found["spec"]
        scaled[spec["scaleTargetRef"]["name"]] = spec
        assert spec["minReplicaCount"] == 1
        assert spec["maxReplicaCount"] > 1
        for trigger in spec["triggers"]:
            assert trigger["type"] == "rabbitmq"
            watched.add(trigger["metadata"]["queueName"])
            assert trigger["metadata"]["protocol"] == "http"
            assert trigger["metadata"]["excludeUnacknowledged"] == "false"
            login = full["TriggerAuthentication", trigger["authenticationRef"]["name"]]["spec"]
            [reference] = login["secretTargetRef"]
            assert reference["key"] in full["Secret", reference["name"]]["data"]
    assert watched == {queue for queue in queues if queue.split(".")[0] in SERVICES} - {
        f"{name}.{other}" for name in SERVICES for other in ("dead", "wait.1000")
    }
    assert {*scaled} == {*SERVICES}
    for name in SERVICES:
        assert "replicas" not in full["Deployment", name]["spec"]


def test_every_pod_is_closed_but_for_what_it_needs(full: Any) -> None:
    """Egress to the broker and the database, ingress from Prometheus, for workers; more by
    service. The console reaches no database.
    """
    policies = of_kind(full, "NetworkPolicy")
    opened = {}
    for name, template in pods(full).items():
        labels = template["metadata"]["labels"]
        own = [policy["spec"] for policy in policies if selects(policy, labels)]
        assert {kind for spec in own for kind in spec["policyTypes"]} == {"Ingress", "Egress"}
        opened[name] = {
            port["port"]
            for spec in own
            for rule in spec.get("egress", [])
            for port in rule["ports"]
        }
        [rule] = [rule for spec in own for rule in spec.get("ingress", [])]
        port = 8800 if name == "console" else METRICS_PORT
        assert rule["ports"] == [{"protocol": "TCP", "port": port}]
        assert rule["from"]
    common = {53, 5671, 5672, 5432}
    assert opened == {
        "console": {53, 443, 5671, 5672, 15671, 15672},
        "orders": common,
        "migrate": common,
        "documents": common | {443},
        "topology": common | {15671, 15672},
        "notify": common | {25, 465, 587},
        "ingest": common | {110, 143, 443, 993, 995},
    }


def selects(policy: Any, labels: Any) -> Any:
    selector = policy["spec"]["podSelector"]
    wanted = selector.get("matchLabels", {}).items()
    return wanted <= labels.items() and all(
        labels.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", [])
    )


def test_the_cluster_of_servers_belongs_to_the_services(full: Any) -> None:
    rabbitmq = full["RabbitmqCluster", "rabbitmq"]["spec"]
    assert rabbitmq["replicas"] == 3
    assert pods(full)["topology"]["spec"]["containers"][0]["args"][-2:] == ["--nodes", "3"]
    administrator = full["Secret", rabbitmq["secretBackend"]["externalSecret"]["name"]]["data"]
    assert {"default_user.conf", "username", "password"} <= {*administrator}
    postgres = full["Cluster", "postgres"]["spec"]
    roles = {role["name"]: role for role in postgres["managed"]["roles"]}
    assert {*roles} == {*SERVICES}
    for name, role in roles.items():
        database = full["Database", name]["spec"]
        assert (database["owner"], database["cluster"]["name"]) == (name, "postgres")
        assert "superuser" not in role
        login = full["Secret", role["passwordSecret"]["name"]]["data"]
        assert base64.b64decode(login["username"]).decode() == name
        url = mounted(pods(full)[name], full)[f"aftercart_{name}_database_url"]
        assert base64.b64decode(login["password"]).decode() in url
