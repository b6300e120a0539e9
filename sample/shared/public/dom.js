/** Creates an element. Children are text or elements: data from the network is never HTML. */
export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter((child) => child !== undefined && child !== ''));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}
