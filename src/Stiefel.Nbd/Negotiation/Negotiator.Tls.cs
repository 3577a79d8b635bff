using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// NBD_OPT_STARTTLS (proto.md#tls-support).
internal sealed partial class Negotiator
{
    private const string TlsRequired = "this server speaks TLS only: send NBD_OPT_STARTTLS first";

    private bool IsTlsMissing(NbdOption option) =>
        options.Tls is { Mode: NbdTlsMode.Required } && !stream.IsEncrypted && option is not (NbdOption.StartTls or NbdOption.Abort);

    /// <summary>Refuses an option that must come by TLS; false if that can only be said by closing.</summary>
    private bool RefuseWithoutTls(NbdOption option)
    {
        Refusal = "a client without TLS";
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
            stream.Refuse(NbdOption.StartTls, OptionReplyType.ErrorUnsupported, "this server does not speak TLS");
            return true;
        }

        if (data.Length > 0 || stream.IsEncrypted)
        {
            stream.Refuse(NbdOption.StartTls, OptionReplyType.ErrorInvalid, data.Length > 0 ? "NBD_OPT_STARTTLS has no data" : "TLS is already in use");
            return true;
        }

        stream.StartTls(tls);

        // What was agreed in plain text may have been a man in the middle's wish (CVE-2021-3716).
        _format = ReplyFormat.Simple;
        _contextExport = null;
        Refusal = null;
        return true;
    }
}
