using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>Whether a connection may enter an export, and the refusal to send if not.</summary>
internal readonly record struct Admission(NbdExport? Export, OptionReplyType Refusal, string Reason)
{
    public static Admission Unknown => new(null, OptionReplyType.ErrorUnknown, "there is no such export");

    public static Admission NotNow => new(null, OptionReplyType.ErrorPolicy, "the disk cannot be opened right now; try again, and see the server's log for the reason");

    public static Admission Outdated => new(null, OptionReplyType.ErrorPolicy, "a newer connection of this client is using the disk");

    public static Admission Full => new(null, OptionReplyType.ErrorPolicy, "the server has reached its limit of connections");

    public static Admission FullForAddress => new(null, OptionReplyType.ErrorPolicy, "the server has reached its limit of connections from this address");

    public static Admission Closing => new(null, OptionReplyType.ErrorShutdown, "the server is shutting down");

    public static Admission Of(ExportLookup found) => found switch
    {
        { Export: { } export } => Granted(export),
        { IsKnown: true } => NotNow,
        _ => Unknown,
    };

    public static Admission Granted(NbdExport export) => new(export, OptionReplyType.None, "");
}
