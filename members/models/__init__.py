from members.models.bounce import MailBounce
from members.models.change import MembershipChange
from members.models.contribution import Contribution, ContributionReminder
from members.models.contribution_offer import ContributionOffer, ContributionSettings
from members.models.erasure import Erasure
from members.models.gift import Gift, GiftOffer
from members.models.mail import OutgoingMail
from members.models.member_import import (
    ImportedCustomer,
    ImportedProduct,
    ImportedSubscription,
    MemberImport,
)
from members.models.membership import Membership
from members.models.newsletter import Newsletter, NewsletterSubscription
from members.models.offer import IntroductoryOffer
from members.models.region import Region, RegionalAmounts
from members.models.returning import ReturnReminder
from members.models.signup import Signup
from members.models.testimonial import Testimonial
from members.models.tier import Plan, Tier
from members.models.user import User

__all__ = [
    "Contribution",
    "ContributionOffer",
    "ContributionReminder",
    "ContributionSettings",
    "Erasure",
    "Gift",
    "GiftOffer",
    "ImportedCustomer",
    "ImportedProduct",
    "ImportedSubscription",
    "IntroductoryOffer",
    "MailBounce",
    "MemberImport",
    "Membership",
    "MembershipChange",
    "Newsletter",
    "NewsletterSubscription",
    "OutgoingMail",
    "Plan",
    "Region",
    "RegionalAmounts",
    "ReturnReminder",
    "Signup",
    "Testimonial",
    "Tier",
    "User",
]
