from django.urls import include, path

from members.views import (
    account,
    address,
    card,
    confirming,
    contributions,
    data,
    donating,
    leaving,
    newsletters,
    pausing,
    paying,
    receipts,
    redeeming,
    security,
    testifying,
    thanks,
)
from members.views.giving import GiftView
from members.views.joining import JoinView
from members.views.mail_webhook import mail_webhook
from members.views.staff import exporting, granting, importing, mail, member, members, moving, recovery, words
from members.views.support import SupportView
from members.views.switching import SwitchView

memberships = [
    path("switch/", SwitchView.as_view(), name="switch"),
    path("pause/", pausing.PauseView.as_view(), name="pause"),
    path("resume/", pausing.ResumeView.as_view(), name="resume"),
    path("card/", paying.change_card, name="change_card"),
    path("cancel/", leaving.CancelView.as_view(), name="cancel"),
    path("cancelled/", leaving.cancelled, name="cancelled"),
    path("remind/", leaving.remind, name="remind_to_return"),
    path("keep/", leaving.keep_membership, name="keep"),
]

# By the names that allauth looks for.
passkeys = [
    path("", security.PasskeysView.as_view(), name="account_security"),
    path("", security.PasskeysView.as_view(), name="mfa_index"),
    path("", security.PasskeysView.as_view(), name="mfa_list_webauthn"),
    path("add/", security.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("<int:pk>/rename/", security.RenamePasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("<int:pk>/remove/", security.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
]

staff_members = [
    path("", members.members, name="staff_members"),
    path("grant/", granting.GrantView.as_view(), name="staff_grant"),
    path("<int:pk>/", member.member, name="staff_member"),
    path("import/", importing.ImportsView.as_view(), name="staff_imports"),
    path("import/<int:pk>/", importing.ImportView.as_view(), name="staff_import"),
    path("export.csv", exporting.export, name="staff_export"),
    path("<int:pk>/data/", data.staff_download, name="staff_member_data"),
    path("<int:pk>/erase/", data.staff_erase, name="staff_member_erase"),
    path("purchases/<uuid:reference>/", moving.move, name="staff_move_purchase"),
    path("memberships/<int:pk>/end/", granting.MoveEndView.as_view(), name="staff_move_end"),
]

staff_mail = [
    path("", mail.staff_mail, name="staff_mail"),
    path("write-again/", mail.staff_mail_write_again, name="staff_mail_write_again"),
    path("<slug:kind>/", mail.staff_mail_preview, name="staff_mail_preview"),
    path("<slug:kind>/html/", mail.staff_mail_html, name="staff_mail_html"),
    path("<slug:kind>/test/", mail.staff_mail_test, name="staff_mail_test"),
]

urlpatterns = [
    path("staff/words/", words.words, name="staff_words"),
    path("staff/words/<int:pk>/", words.decide_words, name="staff_decide_words"),
    path("staff/members/", include(staff_members)),
    path("staff/recovery/", recovery.recovery, name="staff_recovery"),
    path("staff/mail/", include(staff_mail)),
    path("", SupportView.as_view(), name="support"),
    path("join/", JoinView.as_view(), name="join"),
    path("gift/", GiftView.as_view(), name="gift"),
    path("donate/", donating.DonateView.as_view(), name="donate"),
    path("thanks/<uuid:reference>/reminder/", donating.choose, name="choose_reminder"),
    path("reminders/<str:token>/", donating.stop, name="stop_reminders"),
    path("thanks/<uuid:reference>/", thanks.thanks, name="thanks"),
    path("thanks/<uuid:reference>/words/", testifying.testify, name="testify"),
    path("thanks/<uuid:reference>/status.json", thanks.thanks_status, name="thanks_status"),
    path("redeem/", redeeming.RedeemStartView.as_view(), name="redeem_start"),
    path("redeem/<str:token>/", redeeming.RedeemView.as_view(), name="redeem"),
    path("card/", card.CardLinkView.as_view(), name="card_link"),
    path("card/back/<str:token>/", card.back, name="card_back"),
    path("card/back/<str:token>/status.json", card.back_status, name="card_back_status"),
    path("card/<str:token>/", card.CardView.as_view(), name="card"),
    path("account/", account.account, name="account"),
    path("account/contributions/", contributions.contributions, name="my_contributions"),
    path("newsletters/", newsletters.newsletters, name="newsletters"),
    path("newsletters/confirm/<str:token>/", newsletters.confirm, name="newsletters_confirm"),
    path("newsletters/end/<str:token>/", newsletters.end, name="newsletters_end"),
    path("account/email/", address.change, name="account_email_change"),
    path("account/data/", data.my_data, name="my_data"),
    path("account/data/download/", data.download, name="my_data_download"),
    path("account/data/delete/", data.erase, name="my_data_erase"),
    path("account/deleted/", data.erased, name="erased"),
    path("account/newsletters/", newsletters.my_newsletters, name="my_newsletters"),
    path(
        "staff/newsletters/<slug:slug>/subscribers.csv", newsletters.subscribers_csv, name="subscribers_csv"
    ),
    path("account/contributions/<int:pk>/stop/", contributions.stop, name="stop_contribution"),
    path("account/contributions/<int:pk>/card/", contributions.card, name="contribution_card"),
    path("account/contributions/<int:pk>/go-on/", contributions.go_on, name="go_on_contribution"),
    path("account/confirm/", confirming.confirm, name="account_confirm"),
    path("account/security/", include(passkeys)),
    path("accounts/passkey/", security.sign_in, name="mfa_login_webauthn"),
    path("accounts/passkey/step/", security.second_step, name="mfa_authenticate"),
    path("webhooks/mail/", mail_webhook, name="mail_webhook"),
    path("account/membership/<int:pk>/", include(memberships)),
    path("account/invoices/", paying.invoices, name="invoices"),
    path("account/receipts/", receipts.receipts, name="receipts"),
    path("account/receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("account/statement/<int:year>/", receipts.year, name="statement"),
]
