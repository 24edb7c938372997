from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


def normalise_email(email: str) -> str:
    """One spelling per mailbox: no outer spaces, lower case."""
    return email.strip().lower()


ERASED = "@erased.invalid"
"""What the address of somebody who was erased ends with; nothing can be sent there."""


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user without a password signs in with a code sent to the address."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username or ""))

    def for_email(self, email: str) -> "User":
        """The user with this address, made now if there is none."""
        user, _ = self.get_or_create(email=normalise_email(email), defaults={"password": "!" + "unusable"})
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A reader with an account. The address is the name; sign-in is by a code sent to it."""

    email = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False, help_text="May sign in to the staff pages.")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(name="user_email_is_lower", condition=models.Q(email=Lower("email"))),
        ]

    def clean(self) -> None:
        self.email = normalise_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.email
