using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Keys;

namespace Stiefel.Server.Grants;

/// <summary>
/// What makes a goodbye good (docs/protocol.md#goodbye), as far as that can be told while its desktop's connections may still come and go:
/// it is that session's own and a new one, none of its connections is open, and a flush was the last of what changes the disk.
/// </summary>
internal static class GoodbyeRules
{
    internal const string NotFlushed = "the last thing that this desktop wrote was not flushed";

    /// <summary>Why it is refused at once; null if it is to be heard.</summary>
    public static string? Refuse(GrantRecord grant, ExportSession session, Goodbye goodbye, bool isConnected)
    {
        if (!IsOwn(grant, goodbye))
        {
            // Before the number counts: nobody else makes it rise.
            return "this is no goodbye of that session";
        }

        if (!session.TryEnd(goodbye.Number))
        {
            return "the number of a goodbye must be above those of all connections and goodbyes before";
        }

        if (grant.HasEnded)
        {
            return null;
        }

        return isConnected ? "this desktop has connections open, and may write" : session.IsFlushed ? null : NotFlushed;
    }

    /// <exception cref="RefusalException">The session has said goodbye, and asks for the disk.</exception>
    public static void RefuseIfOver(GrantRecord? grant, string session)
    {
        if (grant is { HasEnded: true } && grant.Session == session)
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, "this session has said goodbye: begin a new one"));
        }
    }

    /// <summary>The answer to one that was heard.</summary>
    public static GoodbyeAnswer Confirm(GrantRecord grant, ulong number, Action afterReply) =>
        GoodbyeAnswer.Heard(SessionGoodbye.Confirm(Convert.FromHexString(grant.GoodbyeKey), SessionOf(grant), number), afterReply);

    private static bool IsOwn(GrantRecord grant, Goodbye goodbye) => grant.GoodbyeKey.Length == 2 * SessionGoodbye.KeySize
        && SessionGoodbye.IsProof(goodbye.Proof.Span, Convert.FromHexString(grant.GoodbyeKey), SessionOf(grant), goodbye.Number);

    private static SessionId SessionOf(GrantRecord grant) => SessionId.TryParse(grant.Session, out var id)
        ? id
        : throw new InvalidOperationException("a session that was granted the disk has a number");
}
