using System.Buffers.Binary;
using System.Text;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// The options that name exports: EXPORT_NAME, LIST, INFO, GO.
internal sealed partial class Negotiator
{
    private const int ExportNamePadding = 124;

    // NBD_OPT_EXPORT_NAME: the data is the name. The only way to refuse it is to close the connection.
    private bool HandleExportName(ReadOnlySpan<byte> data)
    {
        if (_format == ReplyFormat.Extended)
        {
            // The client MUST NOT send this (proto.md#option-types): the format of the answer is undefined.
            throw new NbdProtocolException("the client sent NBD_OPT_EXPORT_NAME after extended headers were agreed");
        }

        var admission = OptionData.TryDecode(data, out var name) ? admit(name, _generation) : Admission.Unknown;
        if (admission.Export is not { } export)
        {
            Refusal = admission.Reason;
            return false;
        }

        var reply = new byte[10 + (_omitsZeroes ? 0 : ExportNamePadding)];
        ExportDescription.SizeAndFlags(export, _format).CopyTo(reply, 0);
        stream.Send(reply);
        _session = new NegotiatedSession(export, _format, HasContextFor(name));
        return false;
    }

    // NBD_OPT_LIST: no data. One NBD_REP_SERVER (32 bits name length, name, description) each, then ACK.
    private bool HandleList(ReadOnlySpan<byte> data)
    {
        if (data.Length > 0)
        {
            stream.Refuse(NbdOption.List, OptionReplyType.ErrorInvalid, "NBD_OPT_LIST must not have data");
            return true;
        }

        foreach (var name in resolver.ListVisible())
        {
            var encoded = Encoding.UTF8.GetBytes(name);
            var description = Encoding.UTF8.GetBytes(resolver.Resolve(name).Export?.Description ?? "");
            var reply = new byte[4 + encoded.Length + description.Length];
            BinaryPrimitives.WriteUInt32BigEndian(reply, (uint)encoded.Length);
            encoded.CopyTo(reply, 4);
            description.CopyTo(reply, 4 + encoded.Length);
            stream.Reply(NbdOption.List, OptionReplyType.Server, reply);
        }

        stream.Reply(NbdOption.List, OptionReplyType.Ack, []);
        return true;
    }

    // NBD_OPT_INFO, NBD_OPT_GO: 32 bits name length, name, 16 bits number of information requests, 16 bits each.
    private bool HandleInfoOrGo(NbdOption option, ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadString(out var name) || !fields.TryReadUInt16(out var count))
        {
            stream.Refuse(option, OptionReplyType.ErrorInvalid, "the export name is malformed");
            return true;
        }

        var wanted = new HashSet<InfoType>();
        for (var i = 0; i < count; i++)
        {
            if (!fields.TryReadUInt16(out var type))
            {
                stream.Refuse(option, OptionReplyType.ErrorInvalid, "the option holds fewer information requests than announced");
                return true;
            }

            wanted.Add((InfoType)type);
        }

        if (!fields.IsAtEnd)
        {
            stream.Refuse(option, OptionReplyType.ErrorInvalid, "the option holds more data than announced");
            return true;
        }

        var admission = option == NbdOption.Go ? admit(name, _generation) : Look(name);
        if (admission.Export is not { } export)
        {
            Refusal = admission.Reason;
            stream.Refuse(option, admission.Refusal, admission.Reason);
            return true;
        }

        SendInformation(option, export, wanted);
        stream.Reply(option, OptionReplyType.Ack, []);
        if (option == NbdOption.Info)
        {
            return true;
        }

        _session = new NegotiatedSession(export, _format, HasContextFor(name));
        return false;
    }

    private Admission Look(string name) => Admission.Of(resolver.Resolve(name));

    private void SendInformation(NbdOption option, NbdExport export, HashSet<InfoType> wanted)
    {
        stream.ReplyInfo(option, InfoType.Export, ExportDescription.SizeAndFlags(export, _format));
        if (wanted.Contains(InfoType.BlockSize))
        {
            stream.ReplyInfo(option, InfoType.BlockSize, ExportDescription.BlockSizes(export));
        }

        if (wanted.Contains(InfoType.Name))
        {
            stream.ReplyInfo(option, InfoType.Name, Encoding.UTF8.GetBytes(export.Name));
        }

        if (wanted.Contains(InfoType.Description) && export.Description is { } description)
        {
            stream.ReplyInfo(option, InfoType.Description, Encoding.UTF8.GetBytes(description));
        }
    }
}
