// Says of an own amount what the server will: which tier it reaches, and what covering the card fee adds.
const field = document.getElementById("id_other_amount");
const lang = document.documentElement.lang;

/** What was typed, in minor units; NaN where it is no amount. A lone comma with one or two digits behind it is decimal. */
function minor(typed, exponent) {
  const text = typed.replace(/\s/g, "").replace(/^([^.,]*),(\d{1,2})$/, "$1.$2").replaceAll(",", "");
  const [, whole, part = ""] = text.match(/^(\d{1,9})(?:\.(\d*))?$/) ?? [];
  return whole && part.length <= exponent ? Number(whole + part.padEnd(exponent, "0")) : NaN;
}

/** The least amount of which `net` is left after the fee; half a unit is rounded up. */
function grossedUp(net, rate, fixed) {
  const left = (amount) => amount - Math.floor((2 * amount * rate + 10_000) / 20_000) - fixed;
  let amount = Math.floor(((net + fixed) * 10_000) / (10_000 - rate));
  while (amount > net && left(amount - 1) >= net) amount -= 1;
  while (left(amount) < net) amount += 1;
  return amount;
}

function money(amount, { currency, exponent }) {
  const digits = amount % 10 ** exponent ? Number(exponent) : 0;
  const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(lang, style).format(amount / 10 ** exponent);
}

function sayFee(node, amount) {
  node.dataset.before ??= node.textContent;
  const { rate, fixed, words } = node.dataset;
  const total = amount > 0 ? grossedUp(amount, Number(rate), Number(fixed)) : NaN;
  const sums = { fee: total - amount, total, chosen: amount };
  node.textContent = Number.isNaN(total)
    ? node.dataset.before
    : words.replace(/\{(\w+)\}/g, (_, name) => money(sums[name], node.dataset));
}

function showTier(list, amount) {
  const plans = [...list.querySelectorAll("[data-least]")];
  const reached = plans.filter((plan) => Number(plan.dataset.least) <= amount).at(-1);
  for (const plan of plans) plan.hidden = Boolean(reached) && plan !== reached;
}

function follow() {
  for (const node of document.querySelectorAll("[data-rate]")) {
    sayFee(node, minor(field.value, Number(node.dataset.exponent)));
  }
  for (const list of document.querySelectorAll("[data-plans]")) {
    showTier(list, minor(field.value, Number(list.dataset.plans)));
  }
}

field?.addEventListener("input", follow);
if (field?.value) follow();
