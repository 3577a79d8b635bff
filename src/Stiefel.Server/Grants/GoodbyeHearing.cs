using Stiefel.Nbd.Negotiation;

namespace Stiefel.Server.Grants;

/// <summary>Handles the goodbye of the desktop that has the disk, and ends its grant if the end is clean. Used by one thread at a time.</summary>
public sealed class GoodbyeHearing(GrantStore store, DiskAccess access, CleanEnds ends, ILogger<GoodbyeHearing> logger)
{
    /// <param name="grant">The grant whose capability was named.</param>
    /// <param name="goodbye">The goodbye, not verified yet.</param>
    /// <param name="fence">Ends the grant's connections, makes durable what was written, and closes the disk.</param>
    /// <param name="way">The grant's access, which the fence bars.</param>
    internal GoodbyeAnswer Hear(Grant grant, Goodbye goodbye, Action<Grant> fence, ExportAccess way)
    {
        var wasOver = grant.Record.HasEnded;
        var refusal = GoodbyeRules.Refuse(grant.Record, grant.Session, goodbye, access.IsConnected(grant.Record))
            ?? (wasOver ? null : End(grant, goodbye.Number, fence, way));
        if (refusal is not null)
        {
            logger.GoodbyeRefused(grant.Record.Session, grant.Record.Desktop, refusal);
            return GoodbyeAnswer.NotNow(refusal);
        }

        var ended = grant.Record;
        return GoodbyeRules.Confirm(ended, goodbye.Number, afterReply: wasOver ? () => { } : () => ends.Add(ended));
    }

    /// <summary>Records a clean end that an earlier server heard.</summary>
    public void Remember(GrantRecord ended) => ends.Add(ended);

    /// <summary>Fences the grant, makes sure that everything is on the medium, and records the end. If anything fails, the desktop keeps the disk.</summary>
    /// <returns>Why the grant did not end; null if it did.</returns>
    private string? End(Grant grant, ulong number, Action<Grant> fence, ExportAccess way)
    {
        try
        {
            // A connection may have opened since the check. After the fence none can open, and what it wrote counts.
            fence(grant);
            if (!grant.Session.IsFlushed)
            {
                return GoodbyeRules.NotFlushed;
            }

            if (grant.Record.LostWriteError != 0)
            {
                return "something that this desktop wrote was lost";
            }

            grant.End(number);
            store.Write(grant.Record);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            grant.GoOn();
            store.WriteAgain(grant.Record);
            logger.GoodbyeNotRecorded(e);
            return "it could not be recorded; the laptop's log says why";
        }
        finally
        {
            access.Arm(grant.Record, way);
        }
    }
}
