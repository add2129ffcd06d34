"""A repository that tries to get something run."""

from __future__ import annotations

from pathlib import Path

from tests.registry.git.repositories import Work

__all__ = ["Trap"]

_HOOKS = (
    "applypatch-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "update",
)
_COMMANDS = ("log", "blame", "cat-file", "ls-tree", "ls-files", "for-each-ref", "rev-parse", "rev-list", "diff-index")

# Setting: the value, where {} is the command of a canary of its own.
_SETTINGS = {
    "core.fsmonitor": "{}",
    "core.hooksPath": "hooks-that-touch",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.askPass": "{}",
    "core.sshCommand": "{}",
    "core.gitProxy": "{}",
    "core.alternateRefsCommand": "{}",
    "core.attributesFile": "attributes",
    "sequence.editor": "{}",
    "credential.helper": "!{}",
    "diff.external": "{}",
    "diff.evil.textconv": "{}",
    "diff.evil.command": "{}",
    "diff.evil.cachetextconv": "true",
    "diff.orderFile": "order",
    "difftool.evil.cmd": "{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.required": "true",
    "filter.worse.process": "{}",
    "gpg.program": "{}",
    "gpg.x509.program": "{}",
    "gpg.ssh.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "gpg.ssh.allowedSignersFile": "signers",
    "interactive.diffFilter": "{}",
    "log.showSignature": "true",
    "log.mailmap": "true",
    "mailmap.file": "mailmap",
    "mailmap.blob": "HEAD:prompts/a.md",
    "merge.evil.driver": "{}",
    "mergetool.evil.cmd": "{}",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "protocol.file.allow": "always",
    "remote.origin.url": "ext::{}",
    "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
    "remote.origin.promisor": "true",
    "remote.origin.partialclonefilter": "blob:none",
    "remote.origin.uploadpack": "{}",
    "remote.origin.receivepack": "{}",
    "remote.other.url": ".",
    "remote.other.promisor": "true",
    "remote.other.uploadpack": "{}",
    "remote.third.url": "ssh://nowhere/",
    "remote.third.promisor": "true",
    "submodule.x.update": "!{}",
    "submodule.recurse": "true",
    "trailer.evil.command": "{}",
    "trailer.evil.cmd": "{}",
    "uploadpack.packObjectsHook": "{}",
    "web.browser": "evil",
    "browser.evil.cmd": "{}",
    "trace2.eventTarget": "/nowhere/trace",
    **{f"pager.{command}": "{}" for command in _COMMANDS},
    **{f"alias.{command}": "!{}" for command in _COMMANDS},
}


class Trap:
    """A repository with a canary in every setting and hook; `sprung` names those that were touched."""

    def __init__(self, folder: Path) -> None:
        self.canaries = folder / "canaries"
        self.canaries.mkdir()
        self.work = Work.create(folder / "work")
        work = self.work
        work.commit("One", {"prompts/a.md": "one\n", "prompts/empty.md": "", "other.md": "x\n"})
        work.commit("Two", {"prompts/a.md": "one\ntwo\n"})
        self._sign()
        self.missing = self._lose("prompts/lost.md")
        self._configure()
        work.write("prompts/a.md", "one\ntwo\nthree\n")

    def _canary(self, name: str) -> str:
        """A program that touches its canary and fails."""
        file = self.canaries.parent / "programs" / f"{name}.sh"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch '{self.canaries}/{name}'\nexit 1\n")
        file.chmod(0o755)
        return str(file)

    def _sign(self) -> None:
        """Put a signature on top, for programs that would check it."""
        work = self.work
        signed = work.git("cat-file", "commit", "HEAD").encode("utf-8", "surrogateescape")
        mark = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
        head, _, message = signed.partition(b"\n\n")
        commit = work.git("hash-object", "-t", "commit", "-w", "--stdin", given=head + b"\n" + mark + b"\n" + message)
        work.git("reset", "-q", "--soft", commit)

    def _lose(self, path: str) -> str:
        """Commit a file whose content is then deleted, as in a partial clone."""
        work = self.work
        work.commit("Lost", {path: "lost\n"})
        identity = work.id(f"HEAD:{path}")
        (work.top / ".git/objects" / identity[:2] / identity[2:]).unlink()
        return identity

    def _configure(self) -> None:
        work = self.work
        attributes = "* filter=evil diff=evil merge=evil\nother.md filter=worse\n"
        for file in (".gitattributes", "attributes", ".git/info/attributes", ".git/attributes"):
            work.write(file, attributes)
        work.write("order", "")
        work.git("update-index", "--fsmonitor")
        (work.top / "hooks-that-touch").mkdir()
        for name in _HOOKS:
            for hooks in (work.top / ".git/hooks", work.top / "hooks-that-touch"):
                (hooks / name).unlink(missing_ok=True)
                (hooks / name).symlink_to(self._canary(f"hook-{name}"))
        lines = []
        for setting, value in _SETTINGS.items():
            section, _, key = setting.rpartition(".")
            first, _, rest = section.partition(".")
            program = self._canary(setting)
            lines.append(f'[{first} "{rest}"]' if rest else f"[{first}]")
            lines.append(f"{key} = {value.replace('{}', program)}")
        work.write(".git/more-config", "\n".join(lines) + "\n")
        with open(work.top / ".git/config", "a") as config:
            config.write("[extensions]\npartialClone = origin\n[include]\npath = more-config\n")
        work.write(".git/objects/info/alternates", f"{work.top}/.git/objects\n")

    def sprung(self) -> set[str]:
        """The canaries that were touched."""
        return {file.name for file in self.canaries.iterdir()}
