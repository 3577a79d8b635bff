using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Grants;

/// <summary>
/// The conditions of a valid goodbye (docs/protocol.md#goodbye) that can be checked while the desktop's connections may still come and go:
/// it belongs to that session and is new, no connection of the session is open, and nothing changed the disk after the last flush.
/// </summary>
internal static class GoodbyeRules
{
    internal const string NotFlushed = "this desktop did not flush the last of its writes";

    /// <summary>Why the goodbye is refused at once; null if it may be heard.</summary>
    public static string? Refuse(GrantRecord grant, ExportSession session, Goodbye goodbye, bool isConnected)
    {
        if (!IsOwn(grant, goodbye))
        {
            // Check this before counting the number, so that a stranger cannot raise it.
            return "this goodbye does not belong to that session";
        }

        if (!session.TryEnd(goodbye.Number))
        {
            return "the number of a goodbye must be higher than those of all earlier connections and goodbyes";
        }

        if (grant.HasEnded)
        {
            return null;
        }

        return isConnected ? "this desktop still has connections open and may write" : session.IsFlushed ? null : NotFlushed;
    }

    /// <exception cref="RefusalException">The session asks for the disk after it said goodbye.</exception>
    public static void RefuseIfOver(GrantRecord? grant, string session)
    {
        if (grant is { HasEnded: true } && grant.Session == session)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "this session has said goodbye: begin a new one"));
        }
    }

    /// <summary>Confirms a goodbye that was heard.</summary>
    public static GoodbyeAnswer Confirm(GrantRecord grant, ulong number, Action afterReply) =>
        GoodbyeAnswer.Heard(SessionGoodbye.Confirm(Convert.FromHexString(grant.GoodbyeKey), SessionOf(grant), number), afterReply);

    private static bool IsOwn(GrantRecord grant, Goodbye goodbye) => grant.GoodbyeKey.Length == 2 * SessionGoodbye.KeySize
        && SessionGoodbye.IsProof(goodbye.Proof.Span, Convert.FromHexString(grant.GoodbyeKey), SessionOf(grant), goodbye.Number);

    private static SessionId SessionOf(GrantRecord grant) => SessionId.TryParse(grant.Session, out var id)
        ? id
        : throw new InvalidOperationException("a session that was granted the disk has a number");
}
