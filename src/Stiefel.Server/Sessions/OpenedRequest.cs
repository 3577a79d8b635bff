namespace Stiefel.Server.Sessions;

/// <summary>A request whose sender is known.</summary>
/// <param name="Session">Its session.</param>
/// <param name="Body">Verified.</param>
/// <param name="AnswerKey">Seals the answer; 32 bytes.</param>
/// <param name="IsFirst">It confirmed the session.</param>
public sealed record OpenedRequest(BootSession Session, byte[] Body, byte[] AnswerKey, bool IsFirst);
