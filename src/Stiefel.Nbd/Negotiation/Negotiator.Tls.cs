using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// NBD_OPT_STARTTLS (proto.md#tls-support).
internal sealed partial class Negotiator
{
    private const string TlsRequired = "this server requires TLS: send NBD_OPT_STARTTLS first";

    private bool IsTlsMissing(NbdOption option) =>
        options.Tls is { Mode: NbdTlsMode.Required } && !stream.IsEncrypted && option is not (NbdOption.StartTls or NbdOption.Abort);

    /// <summary>Refuses an option that must come through TLS; false if the only way to refuse it is to close the connection.</summary>
    private bool RefuseWithoutTls(NbdOption option)
    {
        Refusal = "the client did not start TLS, which this server requires";
        if (option == NbdOption.ExportName)
        {
            return false;
        }

        stream.Refuse(option, OptionReplyType.ErrorTlsRequired, TlsRequired);
        return true;
    }

    private bool HandleStartTls(ReadOnlySpan<byte> data)
    {
        if (options.Tls is not { } tls)
        {
            stream.Refuse(NbdOption.StartTls, OptionReplyType.ErrorUnsupported, "this server does not support TLS");
            return true;
        }

        if (data.Length > 0 || stream.IsEncrypted)
        {
            stream.Refuse(NbdOption.StartTls, OptionReplyType.ErrorInvalid, data.Length > 0 ? "NBD_OPT_STARTTLS must not have data" : "TLS is already in use");
            return true;
        }

        stream.StartTls(tls);

        // Discard what was agreed in plain text: a man in the middle may have chosen it (CVE-2021-3716).
        _format = ReplyFormat.Simple;
        _contextExport = null;
        Refusal = null;
        return true;
    }
}
