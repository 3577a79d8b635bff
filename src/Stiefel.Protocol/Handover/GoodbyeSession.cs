namespace Stiefel.Protocol.Handover;

/// <summary>What the payload needs to end its session cleanly (<see cref="Ending.SessionGoodbye"/>), in the session file.</summary>
/// <param name="Session">The session, 32 hexadecimal digits.</param>
/// <param name="Key">64 hexadecimal digits. Secret.</param>
public sealed record GoodbyeSession(string Session, string Key)
{
    /// <summary>Nothing secret.</summary>
    public override string ToString() => $"session {Session}";
}
