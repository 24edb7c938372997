from django.urls import path

from members.views import account, buying, redeeming, thanks

urlpatterns = [
    path("", buying.support, name="support"),
    path("join/", buying.JoinView.as_view(), name="join"),
    path("gift/", buying.GiftView.as_view(), name="gift"),
    path("thanks/<uuid:reference>/", thanks.thanks, name="thanks"),
    path("thanks/<uuid:reference>/status.json", thanks.thanks_status, name="thanks_status"),
    path("redeem/", redeeming.RedeemStartView.as_view(), name="redeem_start"),
    path("redeem/<str:token>/", redeeming.RedeemView.as_view(), name="redeem"),
    path("account/", account.account, name="account"),
]
