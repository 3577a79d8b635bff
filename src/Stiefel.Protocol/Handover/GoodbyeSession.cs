namespace Stiefel.Protocol.Handover;

/// <summary>The part of the session file with which the payload ends its session cleanly (<see cref="Ending.SessionGoodbye"/>).</summary>
/// <param name="Session">The session's id, 32 hexadecimal digits.</param>
/// <param name="Key">The session's goodbye key, 64 hexadecimal digits. Secret.</param>
public sealed record GoodbyeSession(string Session, string Key)
{
    /// <summary>A text without secrets.</summary>
    public override string ToString() => $"session {Session}";
}
