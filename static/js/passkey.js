// Says in words when the reader's device makes or gives no passkey, and offers one only where there can be one.
const trouble = document.getElementById("passkey_trouble");
const offer = document.getElementById("passkey_form");

if (offer && window.PublicKeyCredential) offer.hidden = false;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  trouble.hidden = false;
});
