using System.Buffers;

namespace Stiefel.Server.Http;

/// <summary>Reads a request body that must fit a limit.</summary>
public static class BoundedBody
{
    /// <summary>Decides by a body's beginning whether the rest is wanted.</summary>
    public delegate bool Check(ReadOnlySpan<byte> beginning);

    /// <inheritdoc cref="ReadAsync(HttpRequest, int, int, Check, CancellationToken)"/>
    public static Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken token) => ReadAsync(request, limit, 0, _ => true, token);

    /// <summary>Reads the body; null if it is longer than the limit, breaks off, or is not wanted. At most the limit is buffered, even if no length is announced.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">The most bytes that the body may have.</param>
    /// <param name="beginning">The number of bytes that are checked before more is buffered.</param>
    /// <param name="isWanted">Called once with these bytes, or with the whole body if it is shorter.</param>
    /// <param name="token">Cancels the reading.</param>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, int beginning, Check isWanted, CancellationToken token)
    {
        var wasAsked = beginning == 0;
        if (request.ContentLength > limit)
        {
            return null;
        }

        try
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync(token);
                if (!wasAsked && (result.Buffer.Length >= beginning || result.IsCompleted))
                {
                    wasAsked = true;
                    if (!isWanted(result.Buffer.Slice(0, Math.Min(beginning, result.Buffer.Length)).ToArray()))
                    {
                        request.BodyReader.AdvanceTo(result.Buffer.End);
                        return null;
                    }
                }

                if (result.Buffer.Length > limit)
                {
                    request.BodyReader.AdvanceTo(result.Buffer.End);
                    return null;
                }

                if (result.IsCompleted)
                {
                    var body = result.Buffer.ToArray();
                    request.BodyReader.AdvanceTo(result.Buffer.End);
                    return body;
                }

                request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException)
        {
            return null;
        }
    }
}
