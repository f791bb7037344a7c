"""GOV.UK Frontend's files: only what was promised is used, and nothing that is for GOV.UK alone."""

import base64
import hashlib
from pathlib import Path

import pytest

from console import assets
from console.assets import FRONTEND, NotFetchedError, Package


def promised(content: bytes) -> Package:
    """A package whose archive this is."""
    return Package("thing", "1.0.0", "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode())


def test_another_archive_than_the_one_promised_ends_set_up() -> None:
    """By its hash; what was promised passes."""
    assets.ensure_promised(promised(b"good"), b"good")
    with pytest.raises(
        SystemExit, match=r"thing@1\.0\.0 is not what it was: its hash is sha512-.* Nothing of it is used"
    ):
        assets.ensure_promised(promised(b"good"), b"bad")


def test_neither_typeface_nor_crest_of_gov_uk_is_taken() -> None:
    """Both are for services on GOV.UK alone: pages have the typeface of the system."""
    css = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff2)}"
        "a{font-family:GDS Transport,arial,sans-serif}"
        "b{mask-image:url(/assets/images/govuk-crest.svg)}/*# sourceMappingURL=x.css.map */"
    )
    assert assets.plainly(css) == f"a{{font-family:{assets.FONT}}}b{{mask-image:none}}"
    assert assets.plainly("x\n//# sourceMappingURL=x.js.map") == "x\n"


def test_without_npm_it_says_so_and_set_up_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The suite runs without its console."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(assets, "TARGET", tmp_path / "govuk")
    monkeypatch.setattr(assets, "is_there", lambda: False)
    with pytest.raises(NotFetchedError):
        assets.fetch(FRONTEND)
    assets.main()
    assert (
        "The console is left out, because GOV.UK Frontend's files are not here. npm was not" in capsys.readouterr().err
    )
    assert not (tmp_path / "govuk").exists()


def test_where_the_registry_does_not_answer_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As npm ends with an error, whatever it was."""
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFetchedError, match="is its registry to be reached from here"):
        assets.fetch(FRONTEND)


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    """Another version, or one that was broken off, is."""
    assert not assets.is_there(tmp_path)
    (tmp_path / "fetched.txt").write_text(FRONTEND.integrity)
    assert assets.is_there(tmp_path)
    (tmp_path / "fetched.txt").write_text("sha512-of-another")
    assert not assets.is_there(tmp_path)
