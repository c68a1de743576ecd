"""The blocks of a mail's body."""

from wagtail import blocks


class MailBodyBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock()
