using System.Net;
using Diffusion.Playground.Settings;
using Microsoft.AspNetCore.Http;

namespace Diffusion.Playground.Server;

/// <summary>
/// Who may ask. The server listens on this machine alone, but every page in its browser can send requests there: so the name that the
/// browser asked for must be ours (or a foreign name that leads here could read answers), and so must the page that asks.
/// </summary>
internal static class Guard
{
    private static readonly string[] Hosts = ["127.0.0.1", "localhost"];

    /// <summary>Refuses strangers, and makes every refusal one line.</summary>
    public static async Task Check(HttpContext context, RequestDelegate next)
    {
        Protect(context.Response.Headers);
        try
        {
            var request = context.Request;
            if (!Hosts.Contains(request.Host.Host) || request.Host.Port != context.Connection.LocalPort)
                throw new RefusedException(403, "The host of the request is not this server.");
            if (request.Headers.Origin is [var origin, ..] && origin != $"http://{request.Host}")
                throw new RefusedException(403, "The request comes from another page.");
            if (request.Headers["Sec-Fetch-Site"] is [var site, ..] && site is not ("same-origin" or "none") && request.Path.StartsWithSegments("/api"))
                throw new RefusedException(403, "The request comes from another site.");
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null })
                await Refuse(context, context.Response.StatusCode, context.Response.StatusCode == 405 ? "The method is not accepted here." : "There is nothing here.");
        }
        catch (RefusedException e)
        {
            await Refuse(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, e.StatusCode, e.Message);
        }
        catch (ArgumentException e)
        {
            // The libraries check what they are given, and say what they accept.
            await Refuse(context, 400, e.Message.Split(" (Parameter", 2)[0]);
        }
        catch (OperationCanceledException)
        {
            // The page has gone, or its session.
            if (!context.Response.HasStarted)
                await Refuse(context, (int)HttpStatusCode.Gone, "The session has ended.");
        }
    }

    private static Task Refuse(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(PlayJson.Write(new { error = message }));
    }

    // The page loads nothing from elsewhere, sends nothing elsewhere, and stands in no frame.
    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
