"""Prometheus accepts its files; the dashboard and the alerts name metrics that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.service import installed_services
from tests.conditions import until
from tests.deploy.programs import ROOT, accepts, run
from tests.reference.metrics_page import PAGE
from tests.shared.runtime.rabbit_fixture import RabbitFixture

MONITORING = ROOT / "deploy" / "monitoring"
CASES = Path(__file__).with_name("alerts.test.yaml")
RULES = yaml.safe_load((MONITORING / "alerts.yaml").read_text())
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
CONFIG = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())
DASHBOARD = json.loads((MONITORING / "grafana" / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
OF_PROMETHEUS = {"up", "ALERTS"}
OPERATORS = {"and", "or", "unless", "offset", "bool", "by", "without", "on", "ignoring"}
CLAUSE = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")


def promtool(*arguments: object) -> None:
    done = run("promtool", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def expressions() -> Iterator[tuple[str, str]]:
    """Return the title and the expression of each query, as Grafana would send it."""
    for panel in PANELS:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "5m")
            yield panel["title"], expression.replace("$service", ".+")


def names(expression: str) -> set[str]:
    """Return the metrics of an expression: identifiers that are no function and no label."""
    for noise in (r'"(?:\\.|[^"\\])*"', r"\{[^}]*\}", r"\[[^]]*\]"):
        expression = re.sub(noise, "", expression)
    expression = CLAUSE.sub("", expression)
    return set(re.findall(r"\b[A-Za-z_:][\w:]*\b(?!\s*\()", expression)) - OPERATORS


def of_rabbitmq(rabbit: RabbitNode, latest: str) -> set[str]:
    """Return the metrics of a node as the configuration scrapes them; nothing before `latest`."""
    found: set[str] = set()
    root = rabbit.metrics_url.removesuffix("/metrics")
    for job in CONFIG["scrape_configs"][1:]:
        families = "&".join(f"family={name}" for name in job.get("params", {}).get("family", []))
        with urlopen(f"{root}{job.get('metrics_path', '/metrics')}?{families}") as answer:  # noqa: S310
            found |= set(re.findall(r"^(\w+)(?=[{ ])", answer.read().decode(), re.MULTILINE))
    return found if latest in found else set()


@pytest.fixture(scope="module")
def exported(rabbit: RabbitNode) -> Iterator[set[str]]:
    """All metrics: ours by the page that lists them, those of RabbitMQ as a node returns them."""
    found = set(OF_PROMETHEUS)
    for name, kind in re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE.read_text(), re.MULTILINE):
        endings = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        found |= {f"{name}{ending}" for ending in endings}
    rabbitmq = RabbitFixture(rabbit)  # some metrics exist only where there are queues
    found |= until(lambda: of_rabbitmq(rabbit, "rabbitmq_detailed_queue_consumers"))
    yield found
    rabbitmq.close()


def test_prometheus_accepts_the_configuration() -> None:
    accepts("yamllint", "--strict", MONITORING)
    promtool("check", "config", MONITORING / "prometheus.yaml")
    ours, *_ = CONFIG["scrape_configs"]
    [group] = ours["static_configs"]
    assert sorted(group["targets"]) == sorted(f"{name}:9464" for name in installed_services())


def test_every_alert_fires_in_its_case_and_none_on_a_quiet_day() -> None:
    promtool("test", "rules", CASES)
    fires, quiet = set(), set()
    for case in yaml.safe_load(CASES.read_text())["tests"]:
        for test in case["alert_rule_test"]:
            (fires if test["exp_alerts"] else quiet).add(test["alertname"])
    assert fires == quiet == set(ALERTS)


def test_the_prometheus_operator_gets_the_same_alerts_and_jobs() -> None:
    component = ROOT / "deploy" / "kubernetes" / "components" / "monitoring"
    assert yaml.safe_load((component / "alerts.yaml").read_text())["spec"] == RULES
    jobs = {}
    for monitor in yaml.safe_load_all((component / "scraping.yaml").read_text()):
        for endpoint in monitor["spec"]["podMetricsEndpoints"]:
            [rule] = endpoint["relabelings"]
            scraped = (endpoint.get("path", "/metrics"), endpoint.get("params"))
            jobs[rule["replacement"]] = scraped
    expected = {}
    for job in CONFIG["scrape_configs"]:
        expected[job["job_name"]] = (job.get("metrics_path", "/metrics"), job.get("params"))
    assert jobs == expected


def test_the_alerts_name_metrics_that_exist(exported: set[str]) -> None:
    for name, rule in ALERTS.items():
        assert names(rule["expr"]) - exported == set(), name


def test_the_dashboard_names_metrics_that_exist(exported: set[str]) -> None:
    for title, expression in expressions():
        found = names(expression)
        assert found, title
        assert found - exported == set(), title


def test_every_metric_is_in_the_dashboard(exported: set[str]) -> None:
    """A metric that no panel shows is one that nobody would miss."""
    shown = set.union(*(names(expression) for _, expression in expressions()))
    shown |= set.union(*(names(rule["expr"]) for rule in ALERTS.values()))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    ours = {name for name in exported if name.startswith("aftercart_")}
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in ours} - families <= {
        "aftercart_queue_consumers"  # the alert is RabbitMQ's, since no worker may be left to count
    }


def test_prometheus_reads_the_queries_of_the_dashboard(tmp_path: Path) -> None:
    rules = []
    for number, (_, expression) in enumerate(expressions()):
        rules.append({"record": f"panel:{number}", "expr": expression})
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", file)


def test_panels_have_titles_ids_and_places_of_their_own() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    cells: list[tuple[int, int]] = []
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        for column in range(at["x"], at["x"] + at["w"]):
            cells += [(column, line) for line in range(at["y"], at["y"] + at["h"])]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) == 23
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in PANELS)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('sum by (a) (rate(b{c="d, e"}[5m])) / on (f) g', {"b", "g"}),
        ("histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))", {"a_bucket"}),
        ("time() - max(a) > 14 * 86400 and b offset 5m", {"a", "b"}),
    ],
)
def test_the_names_of_an_expression(expression: str, found: Any) -> None:
    assert names(expression) == found
