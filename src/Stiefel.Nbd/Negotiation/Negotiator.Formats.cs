using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// The options that change the format of requests and replies: STRUCTURED_REPLY, EXTENDED_HEADERS.
internal sealed partial class Negotiator
{
    private bool HandleStructuredReply(ReadOnlySpan<byte> data)
    {
        if (_format == ReplyFormat.Extended)
        {
            stream.Refuse(NbdOption.StructuredReply, OptionReplyType.ErrorExtendedHeadersRequired, "extended headers are already in use");
            return true;
        }

        return Agree(NbdOption.StructuredReply, ReplyFormat.Structured, data);
    }

    private bool HandleExtendedHeaders(ReadOnlySpan<byte> data) => Agree(NbdOption.ExtendedHeaders, ReplyFormat.Extended, data);

    private bool Agree(NbdOption option, ReplyFormat format, ReadOnlySpan<byte> data)
    {
        if (data.Length > 0)
        {
            stream.Refuse(option, OptionReplyType.ErrorInvalid, "this option must not have data");
            return true;
        }

        _format = format;
        stream.Reply(option, OptionReplyType.Ack, []);
        return true;
    }
}
