using System.Buffers.Binary;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>
/// The server's side of the handshake (proto.md#fixed-newstyle-negotiation): the greeting, then one option after the other, until
/// one of them chooses an export or the client leaves. Each option has its own method; each group of options has its own file
/// (Exports, MetaContext, Formats, Sessions, Tls). They share the state of the negotiation.
/// </summary>
/// <param name="stream">The stream to the client.</param>
/// <param name="resolver">Answers questions about exports.</param>
/// <param name="options">Limits, and how to answer STARTTLS.</param>
/// <param name="admit">Admits this connection to the named export, with its generation (0 for none).</param>
internal sealed partial class Negotiator(NegotiationStream stream, IExportResolver resolver, NegotiationOptions options, Func<string, ulong, Admission> admit)
{
    private bool _isFixed;
    private bool _omitsZeroes;
    private ReplyFormat _format;
    private NegotiatedSession? _session;

    /// <summary>Runs the handshake. Returns null if the client chose no export; <see cref="Refusal"/> says why if it was refused.</summary>
    public NegotiatedSession? Run()
    {
        Greet();
        for (var i = 0; i < options.MaxOptions; i++)
        {
            if (!HandleOption())
            {
                return _session;
            }
        }

        throw new NbdProtocolException($"the client sent more than {options.MaxOptions} options");
    }

    /// <summary>The last refusal that is worth a log entry; null if there was none.</summary>
    public string? Refusal { get; private set; }

    private void Greet()
    {
        // S: NBDMAGIC, IHAVEOPT, 16 bits handshake flags; C: 32 bits client flags
        Span<byte> greeting = stackalloc byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, NbdMagic.Server);
        BinaryPrimitives.WriteUInt64BigEndian(greeting[8..], NbdMagic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(greeting[16..], (ushort)(HandshakeFlags.FixedNewstyle | HandshakeFlags.NoZeroes));
        stream.Send(greeting);

        Span<byte> answer = stackalloc byte[4];
        stream.ReceiveExactly(answer);
        var flags = (ClientFlags)BinaryPrimitives.ReadUInt32BigEndian(answer);
        if ((flags & ~(ClientFlags.FixedNewstyle | ClientFlags.NoZeroes)) != 0)
        {
            throw new NbdProtocolException($"the client sent unknown flags 0x{(uint)flags:x8}");
        }

        _isFixed = flags.HasFlag(ClientFlags.FixedNewstyle);
        _omitsZeroes = flags.HasFlag(ClientFlags.NoZeroes);
    }

    /// <summary>Handles one option; false when the negotiation is over.</summary>
    private bool HandleOption()
    {
        Span<byte> head = stackalloc byte[OptionHeader.Size];
        stream.ReceiveExactly(head);
        if (!OptionHeader.TryRead(head, out var header))
        {
            throw new NbdProtocolException("the client sent an option without its magic number");
        }

        if (!_isFixed && header.Option != NbdOption.ExportName)
        {
            throw new NbdProtocolException($"the client sent option {header.Option} without support for fixed newstyle negotiation");
        }

        if (header.DataLength > NbdLimits.MaxOptionData)
        {
            SkipTooLong(header);
            return true;
        }

        var data = new byte[header.DataLength];
        stream.ReceiveExactly(data);
        return Dispatch(header.Option, data);
    }

    private bool Dispatch(NbdOption option, byte[] data)
    {
        if (IsTlsMissing(option))
        {
            return RefuseWithoutTls(option);
        }

        switch (option)
        {
            case NbdOption.ExportName:
                return HandleExportName(data);
            case NbdOption.Abort:
                return HandleAbort();
            case NbdOption.List:
                return HandleList(data);
            case NbdOption.StartTls:
                return HandleStartTls(data);
            case NbdOption.Info:
            case NbdOption.Go:
                return HandleInfoOrGo(option, data);
            case NbdOption.StructuredReply:
                return HandleStructuredReply(data);
            case NbdOption.ExtendedHeaders:
                return HandleExtendedHeaders(data);
            case NbdOption.ListMetaContext:
            case NbdOption.SetMetaContext:
                return HandleMetaContext(option, data);
            case NbdOption.Generation:
                return HandleGeneration(data);
            case NbdOption.Goodbye:
                return HandleGoodbye(data);
            case NbdOption.Notices:
                return HandleNotices(data);
            default:
                stream.Refuse(option, OptionReplyType.ErrorUnsupported, "this server does not know the option");
                return true;
        }
    }

    private void SkipTooLong(OptionHeader header)
    {
        if (header.DataLength > NbdLimits.MaxSkippedOptionData || header.Option == NbdOption.ExportName)
        {
            throw new NbdProtocolException($"the client sent option {header.Option} with {header.DataLength} bytes of data, which is too long");
        }

        stream.Skip(header.DataLength);
        if (IsTlsMissing(header.Option))
        {
            RefuseWithoutTls(header.Option);
            return;
        }

        stream.Refuse(header.Option, OptionReplyType.ErrorTooBig, $"an option may have at most {NbdLimits.MaxOptionData} bytes of data");
    }

    // NBD_OPT_ABORT: acknowledge it, then the client closes; it may have done so already.
    private bool HandleAbort()
    {
        try
        {
            stream.Reply(NbdOption.Abort, OptionReplyType.Ack, []);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // A client may close without waiting for the answer (proto.md#option-types).
        }

        return false;
    }
}
