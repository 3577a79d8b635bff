namespace Stiefel.Server.Sessions;

/// <summary>A sealed request that was verified.</summary>
/// <param name="Session">The session that sent it.</param>
/// <param name="Body">The decrypted body.</param>
/// <param name="AnswerKey">The key that seals the answer; 32 bytes.</param>
/// <param name="IsFirst">True if this request confirmed the session.</param>
public sealed record OpenedRequest(BootSession Session, byte[] Body, byte[] AnswerKey, bool IsFirst);
