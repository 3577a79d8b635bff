using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>Whether a connection may enter an export, and what it is told if not.</summary>
internal readonly record struct Admission(NbdExport? Export, OptionReplyType Refusal, string Reason)
{
    public static Admission Unknown => new(null, OptionReplyType.ErrorUnknown, "there is no such export");

    public static Admission NotNow => new(null, OptionReplyType.ErrorPolicy, "the disk cannot be opened just now: ask again; the server's log says why");

    public static Admission Outdated => new(null, OptionReplyType.ErrorPolicy, "a newer connection of this client has the disk");

    public static Admission Full => new(null, OptionReplyType.ErrorPolicy, "the server has as many connections as it takes");

    public static Admission FullForAddress => new(null, OptionReplyType.ErrorPolicy, "there are as many connections from this address as the server takes");

    public static Admission Closing => new(null, OptionReplyType.ErrorShutdown, "the server is shutting down");

    public static Admission Of(ExportLookup found) => found switch
    {
        { Export: { } export } => Granted(export),
        { IsKnown: true } => NotNow,
        _ => Unknown,
    };

    public static Admission Granted(NbdExport export) => new(export, OptionReplyType.None, "");
}
