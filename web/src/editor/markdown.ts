import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { type BlockContext, GFM, type Line, type MarkdownConfig, parser } from '@lezer/markdown';

const FENCE = /^---\s*$/;
const KEY = /^\s*[\w.-]+\s*:/;
const LONGEST = 400; // lines of frontmatter that are coloured as such

/** Frontmatter, only for its colours: what it means is the core's to say. */
const frontmatter: MarkdownConfig = {
  defineNodes: [
    { name: 'Frontmatter', block: true },
    { name: 'FrontmatterKey', style: tags.propertyName },
    { name: 'FrontmatterFence', style: tags.processingInstruction },
  ],
  parseBlock: [
    {
      name: 'Frontmatter',
      before: 'HorizontalRule',
      parse: (cx: BlockContext, line: Line) => {
        if (cx.lineStart !== 0 || !FENCE.test(line.text)) return false;
        const inside = [cx.elt('FrontmatterFence', 0, line.text.length)];
        let end = line.text.length;
        for (let n = 0; n < LONGEST && cx.nextLine(); n += 1) {
          const from = cx.lineStart;
          end = from + line.text.length;
          const key = KEY.exec(line.text);
          if (FENCE.test(line.text)) {
            inside.push(cx.elt('FrontmatterFence', from, end));
            cx.nextLine();
            break;
          }
          if (key !== null) inside.push(cx.elt('FrontmatterKey', from, from + key[0].length));
        }
        cx.addElement(cx.elt('Frontmatter', 0, end, inside));
        return true;
      },
    },
  ],
};

const markdown = new Language(defineLanguageFacet(), parser.configure([GFM, frontmatter]), [], 'markdown');

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '700' },
  { tag: tags.strong, fontWeight: '700' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: [tags.propertyName, tags.processingInstruction, tags.contentSeparator], color: 'var(--ink-3)' },
  { tag: [tags.monospace, tags.labelName], color: 'var(--ink-2)' },
  { tag: [tags.url, tags.comment], color: 'var(--ink-3)' },
]);

export const agentMarkdown: Extension = [markdown, syntaxHighlighting(colours)];
