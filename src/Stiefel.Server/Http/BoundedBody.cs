using System.Buffers;

namespace Stiefel.Server.Http;

/// <summary>Reads a request body that must fit a limit.</summary>
public static class BoundedBody
{
    /// <summary>The body, or null if it is longer than the limit or breaks off. A body without a length costs at most the limit.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken token)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        try
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync(token);
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
