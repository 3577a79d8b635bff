using System.Net;

namespace Stiefel.Server.Boot;

/// <summary>A confirmed session asks for the disk.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="ExportName">Its capability.</param>
/// <param name="Peer">The desktop.</param>
/// <param name="TakeOver">End another desktop's use.</param>
/// <param name="Key">What its key is called.</param>
/// <param name="KeyId">Which key it is.</param>
public sealed record GrantRequest(string Session, string ExportName, IPAddress Peer, bool TakeOver, string Key = "", string KeyId = "");
