import pytest

from traitortrack_desktop.environment.child_environment import without_secrets
from traitortrack_desktop.environment.postgres_folder import ServerFolder, surroundings

SECRETS = {
    "TRAITORTRACK_DATABASE_URL": "postgresql://a:pw@b/c",
    "TRAITORTRACK_DATABASE_PASSWORD": "pw",
    "TRAITORTRACK_PASSWORD": "pw",
    "TRAITORTRACK_NEW_PASSWORD": "pw",
    "TRAITORTRACK_ENROLMENT_CODE": "pw",
    "ADMIN_PASSWORD": "pw",
    "PGPASSWORD": "pw",
}


def test_a_program_that_is_started_sees_no_secret():
    assert without_secrets({**SECRETS, "PATH": "/bin", "HOME": "/root"}) == {"PATH": "/bin", "HOME": "/root"}


@pytest.mark.parametrize("name", SECRETS)
def test_the_embedded_server_sees_no_secret(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, "pw-4711")
    assert "pw-4711" not in surroundings(ServerFolder(tmp_path))["env"].values()
