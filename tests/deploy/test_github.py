"""The files for GitHub: its workflow and Dependabot's settings, by their published schemas."""

from pathlib import Path

from tests.deploy.programs import ROOT, accepts, run

GITHUB = ROOT / ".github"
WORKFLOW = GITHUB / "workflows" / "ci.yml"


def test_the_files_have_no_fault() -> None:
    accepts("yamllint", "--strict", GITHUB)
    files = {"github-workflows": WORKFLOW, "dependabot": GITHUB / "dependabot.yml"}
    for schema, file in files.items():
        done = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", file)
        assert done.returncode == 0, done.stdout


def test_the_schema_sees_a_fault(tmp_path: Path) -> None:
    """The negative control of the test above."""
    changed = tmp_path / "ci.yml"
    changed.write_text(WORKFLOW.read_text().replace("runs-on:", "runs-at:"))
    done = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", changed)
    assert done.returncode == 1
    assert "runs-at" in done.stdout
