namespace Stiefel.Protocol.Notices;

/// <summary>What a laptop tells the desktop that uses its disk.</summary>
/// <param name="Number">Rises as long as the laptop's kernel runs; not 0.</param>
/// <param name="Kind">What is to be done about it.</param>
/// <param name="Text">One line for people, of 1 to <see cref="SessionNotices.MaxTextBytes"/> bytes of UTF-8.</param>
public sealed record Notice(ulong Number, NoticeKind Kind, string Text);
