// Puts the page together: what needs JavaScript appears, the rest stays as it is.

const reveal = () => {
  for (const node of document.querySelectorAll(".js[hidden]")) node.hidden = false;
  for (const node of document.querySelectorAll(".nojs")) node.hidden = true;
};

const copying = () => {
  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      getSelection().selectAllChildren(code);
      try {
        await navigator.clipboard.writeText(code.textContent);
        say("Copied.");
        button.textContent = "Copied";
      } catch {
        say("The command is selected: copy it with the keyboard.");
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
};

// A link or an address into something folded opens it.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  target?.scrollIntoView();
};

const printing = () => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const node of folded) node.open = true;
  });
  addEventListener("afterprint", () => { for (const node of folded) node.open = false; });
};

if (typeof document !== "undefined") {
  reveal();
  for (const svg of document.querySelectorAll(".machines svg")) crop(svg);
  copying();
  printing();
  for (const place of document.querySelectorAll("[data-player]")) new Player(place);
  const explorers = new Map([...document.querySelectorAll("[data-explorer]")]
    .map((place) => [place.dataset.explorer, new Explorer(place)]));
  for (const button of document.querySelectorAll(".replay")) {
    button.addEventListener("click", () => explorers.get(button.dataset.model).replay(button.dataset.key));
  }
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
}
