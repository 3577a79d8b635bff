namespace Stiefel.Protocol.Notices;

/// <summary>A message from a laptop to the desktop that uses its disk.</summary>
/// <param name="Number">The notice's number, not 0; rises as long as the laptop's kernel runs.</param>
/// <param name="Kind">How the desktop reacts.</param>
/// <param name="Text">One line for people, 1 to <see cref="SessionNotices.MaxTextBytes"/> bytes of UTF-8.</param>
public sealed record Notice(ulong Number, NoticeKind Kind, string Text);
