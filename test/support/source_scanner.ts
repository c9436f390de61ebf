/** What a source file says, apart from its comments and the text inside its strings. */
export interface Scanned {
  /** What is imported: `from '...'`, `import '...'`, `import('...')` and `new URL('...', import.meta.url)`, types included. */
  imports: string[];
  /** The code with every comment, string and regular expression emptied, line by line where it was. */
  code: string;
}

/** The tokens that matter, longest first: comments, strings, templates without expressions inside, regular expressions. */
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[`{}]/g;

/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_EXPRESSION =
  /(?:^|[=(,:;!&|?{}[+\-*%~^<>]|\b(?:return|case|typeof|await|yield|of|in|throw|new|else|do))\s*$/;

const IMPORTING = /(?:\bfrom|\bimport|\bimport\s*\(|\bnew\s+URL\s*\()\s*$/;

/** Reads a source file without a parser; knows strings, templates, comments and regular expressions apart. */
export function scan(source: string): Scanned {
  const imports: string[] = [];
  const open: ('`' | '{')[] = [];
  let code = '';
  let at = 0;
  while (at < source.length) {
    if (open.at(-1) === '`') {
      const end = endOfTemplatePart(source, at);
      code += newlinesOf(source.slice(at, end));
      if (source[end] === '`') open.pop();
      else open.push('{');
      at = source[end] === '`' ? end + 1 : end + 2;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    const start = match?.index ?? source.length;
    code += source.slice(at, start);
    if (!match) break;
    const [token] = match;
    at = start + token.length;
    if (token === '`') open.push('`');
    else if (token === '{' || token === '}') {
      if (token === '{') open.push('{');
      else open.pop();
      code += token;
    } else if (token.startsWith('//') || token.startsWith('/*')) code += newlinesOf(token);
    else if (token.startsWith('/')) {
      if (BEFORE_EXPRESSION.test(code)) code += "''";
      else {
        code += '/';
        at = start + 1;
      }
    } else {
      if (IMPORTING.test(code)) imports.push(token.slice(1, -1));
      code += "''";
    }
  }
  return { imports, code };
}

/** The index of the backtick or of the `${` that ends this piece of a template's text. */
function endOfTemplatePart(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '`' || source.startsWith('${', at)) return at;
  }
  return source.length;
}

function newlinesOf(text: string): string {
  return text.replaceAll(/[^\n]/g, '');
}
