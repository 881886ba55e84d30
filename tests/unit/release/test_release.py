"""What a release compares, and what an sdist may have."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import build_package
import pytest
import release


def files(folder: Path, **contents: bytes) -> list[Path]:
    folder.mkdir()
    paths = [folder / name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths


def test_differing__equal_files__says_nothing(tmp_path: Path) -> None:
    made = files(tmp_path / "a", wheel=b"one", sdist=b"two")
    assert release.differing(made, files(tmp_path / "b", wheel=b"one", sdist=b"two")) == []


@pytest.mark.parametrize("other", [b"twO", b"tw", b"two ", b""])
def test_differing__one_byte__names_the_file(tmp_path: Path, other: bytes) -> None:
    made = files(tmp_path / "a", wheel=b"one", sdist=b"two")
    found = release.differing(made, files(tmp_path / "b", wheel=b"one", sdist=other))
    assert found == ["sdist is not the same twice"]


def test_differing__another_name__names_the_file(tmp_path: Path) -> None:
    made = files(tmp_path / "a", wheel=b"one")
    found = release.differing(made, files(tmp_path / "b", wheel2=b"one"))
    assert found == ["wheel is not the same twice"]


def test_differing__a_file_less__is_an_error(tmp_path: Path) -> None:
    made = files(tmp_path / "a", wheel=b"one", sdist=b"two")
    with pytest.raises(ValueError, match="zip"):
        release.differing(made, files(tmp_path / "b", wheel=b"one"))


def test_sums__of_a_folder__are_of_all_but_itself_and_what_is_hidden(tmp_path: Path) -> None:
    files(tmp_path / "a", wheel=b"one", SHA256SUMS=b"old")
    (tmp_path / "a" / ".gitignore").touch()
    assert release.sums_of(tmp_path / "a") == [f"{hashlib.sha256(b'one').hexdigest()}  wheel"]


@pytest.mark.parametrize(("again", "code"), [(b"one", 0), (b"two", 1)])
def test_main__second_build__decides_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bytes, code: int
) -> None:
    built = iter((b"one", again))

    def build_all(folder: Path, requirements: Path, checkout: Path) -> list[Path]:
        content = next(built)
        return files(folder / "made", wheel=content, sdist=content, deb=content)

    nothing: list[str] = []
    monkeypatch.setattr(release, "build_all", build_all)
    monkeypatch.setattr(release, "copied", lambda folder: folder)
    monkeypatch.setattr("build_deb.locked", lambda folder: folder)
    monkeypatch.setattr("build_package.faults", lambda wheel: nothing)
    monkeypatch.setattr("build_package.sdist_faults", lambda sdist: nothing)
    monkeypatch.setattr("bill_of_materials.bill", dict)
    assert release.main([str(tmp_path / "dist")]) == code
    assert (tmp_path / "dist" / "SHA256SUMS").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (made := tmp_path / "checkout").mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=made, check=True)
    for name in ("LICENSE", "attestor/__init__.py", ".ci/run"):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(name)
    subprocess.run(["git", "add", "."], cwd=made, check=True)
    return made


def packed(checkout: Path, *names: str) -> Path:
    with tarfile.open(checkout / "attestor-0.tar.gz", "w:gz") as file:
        for name in names:
            file.addfile(tarfile.TarInfo(f"attestor-0/{name}"))
    return checkout / "attestor-0.tar.gz"


WHOLE = ("LICENSE", "attestor/__init__.py", "PKG-INFO", "attestor/data/build.json")


def test_sdist__what_git_has__is_without_fault(checkout: Path) -> None:
    assert build_package.sdist_faults(packed(checkout, *WHOLE), checkout) == []


@pytest.mark.parametrize("name", ["payer.key", "attestor.toml", "attestor/__pycache__/a.pyc"])
def test_sdist__a_file_that_git_has_not__is_named(checkout: Path, name: str) -> None:
    found = build_package.sdist_faults(packed(checkout, *WHOLE, name), checkout)
    assert found == [f"{name} is in attestor-0.tar.gz, but not in git"]


def test_sdist__a_file_less__is_named(checkout: Path) -> None:
    found = build_package.sdist_faults(packed(checkout, *WHOLE[1:]), checkout)
    assert found == ["LICENSE is not in attestor-0.tar.gz"]


def test_state__of_a_checkout__tells_a_change_and_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> None:
        named = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *named, *arguments], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(release, "ROOT", tmp_path)
    git("init")
    (tmp_path / "file").write_text("one")
    git("add", ".")
    git("commit", "-m", "one")
    seen = [release.state()]
    assert release.state() == seen[0]
    (tmp_path / "file").write_text("two")
    seen.append(release.state())
    git("commit", "-a", "-m", "two")
    seen.append(release.state())
    assert len(set(seen)) == 3
