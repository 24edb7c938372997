import pytest
from django.contrib.auth.models import Group

from tests.factories.members import UserFactory


@pytest.fixture
def support(client):
    """Signed in as somebody of the role that every installation has."""
    user = UserFactory(email="support@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    client.user = user
    return client
