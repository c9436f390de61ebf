// Comfort only: every page works without this file. It is loaded deferred and finds what it serves by data attributes.

// A password can be looked at; it is masked again before it is sent, so that no browser keeps it as plain text.
for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.getAttribute('aria-controls'));
  const show = (visible) => {
    input.type = visible ? 'text' : 'password';
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
    button.setAttribute('aria-label', visible ? button.dataset.hideLabel : button.dataset.showLabel);
  };
  button.hidden = false;
  button.addEventListener('click', () => show(input.type === 'password'));
  input.form.addEventListener('submit', () => show(false));
  // Back in history a browser may bring the page back as it was left.
  window.addEventListener('pageshow', () => show(false));
}

document.querySelector('.problem')?.focus();

// What was typed so far comes along to the page that asks for the same.
for (const link of document.querySelectorAll('[data-carry]')) {
  const input = document.getElementById(link.dataset.carry);
  link.addEventListener('click', () => {
    const url = new URL(link.href);
    url.searchParams.set(input.name, input.value);
    link.href = url.href;
  });
}

// The seconds until a new code may be sent; the button comes when they are over. The server counts for itself.
for (const counter of document.querySelectorAll('[data-count]')) {
  const end = Date.now() + Number(counter.dataset.count) * 1000;
  const button = document.querySelector('[data-after-count]');
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'long',
  });
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.hidden = left > 0;
    counter.closest('p').hidden = left <= 0;
    if (left > 0) counter.textContent = format.format(left);
    else clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  tick();
}

// The mailed link may be opened in another window: whoever comes back to this one goes on without a press.
for (const form of document.querySelectorAll('[data-confirmed]')) {
  const look = async () => {
    if (document.visibilityState !== 'visible') return;
    const answer = await fetch(form.action, { headers: { Accept: 'application/json' } });
    if (answer.ok && (await answer.json()).confirmed) form.submit();
  };
  // Whatever goes wrong, the button on the page says so better.
  const quietly = () => void look().catch(() => {});
  document.addEventListener('visibilitychange', quietly);
  window.addEventListener('focus', quietly);
}
document.querySelector('form[data-go-on]')?.submit();

for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  button.nextElementSibling.textContent = button.dataset.done;
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
